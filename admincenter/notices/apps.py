from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "admincenter.notices"
    label = "notices"
