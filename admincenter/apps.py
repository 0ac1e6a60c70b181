from django.apps import AppConfig


class AdminCenterConfig(AppConfig):
    name = "admincenter"
    label = "admincenter"
