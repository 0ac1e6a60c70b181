from django.apps import AppConfig


class LifeConfig(AppConfig):
    name = "hubs.life"
    label = "hub_life"
