from django.apps import AppConfig


class SecurityConfig(AppConfig):
    name = "admincenter.security"
    label = "security"
