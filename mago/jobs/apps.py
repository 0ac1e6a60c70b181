from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "mago.jobs"
    label = "jobs"
