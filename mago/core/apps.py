from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "mago.core"
    label = "core"

    def ready(self) -> None:
        from . import checks, reversal  # noqa: F401 - checks tell of themselves

        reversal.use()
