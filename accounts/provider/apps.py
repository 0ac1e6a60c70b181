import warnings

from django.apps import AppConfig


class ProviderConfig(AppConfig):
    name = "accounts.provider"
    label = "provider"

    def ready(self) -> None:
        # RFC 9864 has a new name for the algorithm that clients do not know yet: they are offered the old one.
        warnings.filterwarnings("ignore", "EdDSA is deprecated")
