"""Which profile the proxy in front follows, and which endpoints are looked at."""

from urllib.parse import urlsplit

from mago.tls.policy import DEFAULT, PROFILES

from . import env
from .base import BASE_HOST, IS_HTTPS, MAGO_BASE_URL

TLS_PROFILE = env.choice(
    "MAGO_TLS_PROFILE",
    DEFAULT.name,
    tuple(PROFILES),
    meaning="What TLS is spoken: modern (1.3), intermediate (1.2 and 1.3), compatible (adds one CBC suite for old hubs).",
)
_own = f"{BASE_HOST}:{urlsplit(MAGO_BASE_URL).port or 443}" if IS_HTTPS else ""
TLS_ENDPOINTS = env.words(
    "MAGO_TLS_ENDPOINTS",
    _own,
    meaning="Endpoints (host:port) whose TLS is scanned and whose certificates are watched; our own, unless set.",
)
for _endpoint in TLS_ENDPOINTS:
    _host, _, _port = _endpoint.rpartition(":")
    if not (_host and _port.isdecimal() and 0 < int(_port) < 65536):
        raise env.refuse("MAGO_TLS_ENDPOINTS", f"names {_endpoint!r}", "Give host:port.")
TLS_CA_FILE = env.text(
    "MAGO_TLS_CA_FILE",
    meaning="File of certificates (PEM) that are believed beside the public ones when endpoints are scanned.",
)
