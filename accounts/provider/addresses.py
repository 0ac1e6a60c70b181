"""Addresses of applications: which may be registered, and whether one that is sent is one of them."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

LONGEST = 500
# A native app's own scheme is a domain of its maker turned round (RFC 8252, section 7.1).
_OWN_SCHEME = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)+")


def is_redirect(uri: str, *, public: bool) -> bool:
    """Whether answers may be sent to `uri`: https; http to this machine; for an app on a device, its own scheme.

    >>> is_redirect("https://app.example/back", public=False), is_redirect("http://app.example/", public=False)
    (True, False)
    >>> is_redirect("com.example.app:/back", public=True), is_redirect("com.example.app:/back", public=False)
    (True, False)
    >>> is_redirect("javascript:alert(1)", public=True), is_redirect("https://app.example/#x", public=True)
    (False, False)
    """
    parts = _parts(uri)
    if parts is None:
        return False
    if parts.scheme in ("https", "http"):
        return bool(parts.hostname) and (parts.scheme == "https" or _is_here(parts))
    return public and not parts.netloc and _OWN_SCHEME.fullmatch(parts.scheme) is not None


def is_registered(uri: str, registered: list[str], *, public: bool) -> bool:
    """Whether `uri` is one of `registered`, letter by letter (RFC 9700, section 4.1.3). An app on a device may
    listen on whatever port is free (RFC 8252, section 7.3).

    >>> is_registered("http://127.0.0.1:5123/back", ["http://127.0.0.1/back"], public=True)
    True
    >>> is_registered("http://127.0.0.1:5123/back", ["http://127.0.0.1/back"], public=False)
    False
    >>> is_registered("https://app.example/back?x=1", ["https://app.example/back"], public=True)
    False
    """
    if uri in registered:
        return True
    return public and any(_without_port(uri) == _without_port(one) != "" for one in registered)


def is_https(uri: str) -> bool:
    parts = _parts(uri)
    return parts is not None and parts.scheme == "https" and bool(parts.hostname)


def host_of(uri: str) -> str:
    """Where an answer goes, for people to read: the host, or the scheme of an app."""
    parts = urlsplit(uri)
    return parts.hostname or f"{parts.scheme}:"


def _parts(uri: str) -> SplitResult | None:
    if len(uri) > LONGEST or not uri.isascii() or not uri.isprintable():
        return None
    if any(sign in uri for sign in " \\*<>\"'`{}|^#"):
        return None
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    return None if parts.username or parts.password or "@" in parts.netloc else parts


def _is_here(parts: SplitResult) -> bool:
    return parts.hostname == "localhost" or _is_loopback(parts)


def _is_loopback(parts: SplitResult) -> bool:
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _without_port(uri: str) -> str:
    """The address of this machine without its port; "" for any other one. By its number: a name may be made to lead elsewhere."""
    parts = _parts(uri)
    if parts is None or parts.scheme != "http" or not _is_loopback(parts):
        return ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return parts._replace(netloc=f"{host}").geturl()
