from django.apps import AppConfig


class TlsConfig(AppConfig):
    name = "mago.tls"
    label = "tls"
