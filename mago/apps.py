from django.apps import AppConfig


class MagoConfig(AppConfig):
    name = "mago"
    label = "mago"
