from django.apps import AppConfig

from . import lean


class ApiConfig(AppConfig):
    name = "accounts.api"
    label = "api"

    def ready(self) -> None:
        lean.load()
