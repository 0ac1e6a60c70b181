from django.apps import AppConfig


class OpenIdConfig(AppConfig):
    name = "accounts.federation.openid"
    label = "openid"
