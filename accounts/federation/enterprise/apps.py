from django.apps import AppConfig


class EnterpriseConfig(AppConfig):
    name = "accounts.federation.enterprise"
    label = "enterprise"
