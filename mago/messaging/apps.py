from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "mago.messaging"
    label = "messaging"
