from django.apps import AppConfig


class ProviderConfig(AppConfig):
    name = "accounts.provider"
    label = "provider"
