import importlib

from django.apps import AppConfig

from . import lean


class ApiConfig(AppConfig):
    name = "accounts.api"
    label = "api"

    def ready(self) -> None:
        lean.load()
        # It describes how callers prove who they are, for whatever makes the description.
        importlib.import_module("accounts.api.schema")
