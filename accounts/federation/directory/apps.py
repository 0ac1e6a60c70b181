from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "accounts.federation.directory"
    label = "directory"
