from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "mago.core"
    label = "core"

    def ready(self) -> None:
        from . import checks  # noqa: F401
