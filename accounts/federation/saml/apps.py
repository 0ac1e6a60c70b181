from django.apps import AppConfig


class SamlConfig(AppConfig):
    name = "accounts.federation.saml"
    label = "saml"
