from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "mago.messaging"
    label = "messaging"

    def ready(self) -> None:
        from . import checks  # noqa: F401
