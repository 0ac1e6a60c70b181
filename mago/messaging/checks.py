"""A mail server that we could not, or should not, speak to stops the start."""

import ipaddress
from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from mago.core.checks import INSTALLATION


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@register(INSTALLATION)
def mail_server_is_usable(app_configs: Any, **kwargs: Any) -> list[Error]:
    url = settings.EMAIL_URL
    if url.scheme == "inbox":
        return []
    if not url.host:
        return [_error("names no host", "Give smtp://user:password@host:587.", 1)]
    if url.options.keys() - {"starttls"} or url.options.get("starttls", "never") != "never":
        return [_error("has an unknown option", "The only one is ?starttls=never.", 2)]
    if url.options and not is_loopback(url.host):
        return [_error("turns STARTTLS off", "That is for a mail server on loopback only.", 3)]
    return []


def _error(problem: str, remedy: str, number: int) -> Error:
    return Error(f"EMAIL_URL {problem}.", hint=remedy, id=f"messaging.E{number:03}")
