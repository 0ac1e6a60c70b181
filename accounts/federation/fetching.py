"""What we ask of providers over HTTP: verified, bounded in time and size, and no redirect is followed."""

import http.client
import json
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlencode, urlsplit

from django.conf import settings

from mago.core.outbound import Networks, Unreachable, connection

LONGEST = 10.0  # seconds
LARGEST = 262_144  # bytes
_LOOPBACK = [ip_network("127.0.0.0/8"), ip_network("::1/128")]


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> dict[str, Any]:
        """The object that the body holds; Unreachable where it holds none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Unreachable("answer", f"status {self.status}, and no JSON object")
        return found


def is_usable(url: object) -> bool:
    """Whether `url` is one that we may ask, or send a browser to: https, or http on this machine while trying out."""
    if not isinstance(url, str) or len(url) > 2000 or not url.isascii() or not url.isprintable():
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if not parts.hostname or parts.username or parts.password or parts.fragment or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts))


def _is_here(parts: SplitResult) -> bool:
    """Plain http is for trying out: Mago and the provider on one machine, so that nobody can listen."""
    try:
        return bool(settings.IS_LOCAL) and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def fetch(
    url: str, *, fields: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> Answer:
    """The answer to a GET, or to a POST of `fields`, whatever its status. Unreachable where there is none."""
    if not is_usable(url):
        raise Unreachable("allow", "the address is not one of https")
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if secure else 80)
    sent = {"Host": parts.netloc, "User-Agent": "Mago", "Accept": "application/json"}
    body = None
    if fields is not None:
        body = urlencode(fields)
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with connection(
        host,
        port,
        networks=networks(),
        ca_file=settings.FEDERATION_CA_FILE,
        secure=secure,
        longest=LONGEST,
    ) as open_connection:
        client = http.client.HTTPConnection(host, port)
        client.sock = open_connection
        try:
            client.request(
                "POST" if body is not None else "GET", path, body, sent | (headers or {})
            )
            response = client.getresponse()
            content = response.read(LARGEST + 1)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable("answer", str(error) or type(error).__name__) from None
    if len(content) > LARGEST:
        raise Unreachable("answer", f"more than {LARGEST} bytes")
    return Answer(response.status, response.headers, content)


def fetch_json(url: str, **headers: str) -> dict[str, Any]:
    """The object that `url` answers with status 200; Unreachable otherwise, also for a redirect."""
    answer = fetch(url, headers=headers)
    if 300 <= answer.status < 400:
        raise Unreachable("answer", f"{answer.status}: redirects are not followed")
    if answer.status != 200:
        raise Unreachable("answer", f"status {answer.status}")
    return answer.json()


def networks() -> Networks:
    """Where a provider may be, beside public addresses."""
    ours: list[Any] = list(settings.FEDERATION_NETWORKS)
    return [*ours, *_LOOPBACK] if settings.IS_LOCAL else ours
