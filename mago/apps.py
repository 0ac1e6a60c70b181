from django.apps import AppConfig


class MagoConfig(AppConfig):
    name = "mago"
    label = "mago"

    def ready(self) -> None:
        # The Celery application exists before any task is looked up, in whichever process we are.
        from . import celery  # noqa: F401
