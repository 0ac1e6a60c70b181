"""What can be believed about a request, and where it may be sent on."""

import ipaddress
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve


def client_address(request: HttpRequest) -> str:
    """The address of the client, as our own proxies saw it; "" when there is none.

    Each trusted proxy appends the address it was called from to X-Forwarded-For. So with n proxies
    the n-th entry from the right is the client's; what stands left of it the client wrote itself.
    """
    return address_in(request.META)


def address_in(environ: dict[str, Any]) -> str:
    """As `client_address`, before there is a request."""
    address: str = environ.get("REMOTE_ADDR", "")
    proxies: int = settings.TRUSTED_PROXIES
    # Without the header it was no proxy that called, and the connection tells.
    if proxies and (forwarded := environ.get("HTTP_X_FORWARDED_FOR")):
        entries = forwarded.split(",")
        if len(entries) >= proxies:
            address = entries[-proxies].strip()
    return _written(address)


@lru_cache(maxsize=4096)
def _written(address: str) -> str:
    """The one spelling of an address, "" for what is none. Who calls once calls again."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


# Each of several limits of a request asks it.
@lru_cache(maxsize=256)
def network_of(address: str) -> str:
    """What a limit counts: an IPv4 address itself, the /64 of an IPv6 address (one household has many)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return (
        address if parsed.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
    )


def safe_next(url: str | None) -> str | None:
    """`url` when it is a path of ours whose name is on the list `settings.NEXT_URL_NAMES`, else None."""
    if not url or len(url) > 2000 or not url.isprintable() or "\\" in url or url.startswith("//"):
        return None
    try:
        parts = urlsplit(url)
        if parts.scheme or parts.netloc or not parts.path.startswith("/"):
            return None
        name = resolve(parts.path).view_name
    except (ValueError, Resolver404):
        return None
    return url if any(fnmatchcase(name, allowed) for allowed in settings.NEXT_URL_NAMES) else None


def remember_language(response: HttpResponseBase, language: str) -> None:
    """This browser is shown pages in `language` from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
