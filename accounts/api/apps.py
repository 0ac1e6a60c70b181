from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "accounts.api"
    label = "api"
