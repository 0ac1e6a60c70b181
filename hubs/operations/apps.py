from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "hubs.operations"
    label = "hub_operations"
