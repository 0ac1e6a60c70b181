from django.apps import AppConfig


class FederationConfig(AppConfig):
    name = "accounts.federation"
    label = "federation"
