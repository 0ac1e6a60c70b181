from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "mago.audit"
    label = "audit"
