from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "accounts.organizations"
    label = "organizations"
