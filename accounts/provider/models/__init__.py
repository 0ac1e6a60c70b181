"""Applications, what they are given, and the keys that sign it. Secrets are kept as SHA-256 of 256 random bits."""

from .applications import Application, ApplicationType, AuthMethod, ClientSecret, UsedAssertion
from .grants import AuthorizationCode, Consent, DeviceGrant, Participant
from .keys import Algorithm, SigningKey
from .tokens import AccessToken, ApiToken, ClientToken, RefreshToken, TokenFamily

__all__ = [
    "AccessToken",
    "Algorithm",
    "ApiToken",
    "Application",
    "ApplicationType",
    "AuthMethod",
    "AuthorizationCode",
    "ClientSecret",
    "ClientToken",
    "Consent",
    "DeviceGrant",
    "Participant",
    "RefreshToken",
    "SigningKey",
    "TokenFamily",
    "UsedAssertion",
]
