from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "accounts.signin"
    label = "signin"
