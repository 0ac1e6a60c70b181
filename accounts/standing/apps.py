from django.apps import AppConfig


class StandingConfig(AppConfig):
    name = "accounts.standing"
    label = "standing"
