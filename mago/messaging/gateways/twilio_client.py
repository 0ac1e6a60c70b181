"""Twilio's own client, with a limit on how long it waits and nothing said in the log.

Imported lazily: see twilio.py.
"""

import logging
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

# The client logs what it sends and gets, codes included.
_silence = logging.getLogger("mago.messaging.twilio")
_silence.disabled = True


class _StandIn(TwilioHttpClient):  # type: ignore[misc]
    """Speaks to `settings.TWILIO_BASE_URL`; path, authentication and form are those for Twilio."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        path = urlsplit(url)._replace(scheme="", netloc="").geturl()
        base = settings.TWILIO_BASE_URL.rstrip("/")
        return super().request(method, base + path, *args, **kwargs)


def connect(seconds: float) -> Client:
    kind = _StandIn if settings.TWILIO_BASE_URL else TwilioHttpClient
    return Client(
        settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_AUTH_TOKEN,
        http_client=kind(timeout=seconds, logger=_silence),
    )
