"""HTTP towards the server: JSON there and back, one request at a time over a connection that is kept."""

import http.client
import ipaddress
import json
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .proof import end_point_of

USER_AGENT = "mago-hub-agent/1"
TIMEOUT = 15.0
# A server may close what is idle, and a request on it would be lost: nobody could tell whether it arrived.
LONGEST_IDLE = 4.0
LONGEST_ANSWER = 1024 * 1024


class Unreachable(Exception):
    """No answer came. Whether the request arrived, nobody knows."""


@dataclass(frozen=True)
class Answer:
    """`retry_after` in seconds, where the server says it."""

    status: int
    body: dict[str, Any]
    retry_after: float | None = None


class Wire:
    """Speaks https; plain http only to this very machine, as a token would travel in the clear."""

    def __init__(self, server: str, *, timeout: float = TIMEOUT, authorities: str = "") -> None:
        parts = urlsplit(server)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{server} is no address of a server.")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("Plain http is spoken to this machine only: use https.")
        self._host, self._port, self._timeout = parts.hostname, parts.port, timeout
        self._tls = _trusting(authorities) if parts.scheme == "https" else None
        self._connection: http.client.HTTPConnection | None = None
        self._used_at = 0.0
        self.requests = 0

    def ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, token: str = ""
    ) -> Answer:
        """The answer, whatever it says; Unreachable where none came. Nothing is sent twice."""
        headers = {"User-Agent": USER_AGENT, "Accept": "application/json"}
        content = None
        if body is not None:
            content, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection = self._connect()
            connection.request(method, path, content, headers)
            response = connection.getresponse()
            text = response.read(LONGEST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unreachable(type(error).__name__) from None
        self.requests += 1
        self._used_at = time.monotonic()
        if response.will_close:
            self.close()
        return Answer(response.status, _object(text), _seconds(response.headers.get("Retry-After")))

    def end_point(self) -> bytes:
        """What this connection can be bound to; nothing without TLS."""
        if self._tls is None:
            return b""
        try:
            connection = self._connect()
            if connection.sock is None:
                connection.connect()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unreachable(type(error).__name__) from None
        assert isinstance(connection.sock, ssl.SSLSocket)
        return end_point_of(connection.sock.getpeercert(binary_form=True) or b"")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> http.client.HTTPConnection:
        if self._connection is not None and time.monotonic() - self._used_at > LONGEST_IDLE:
            self.close()
        if self._connection is None:
            place = (self._host, self._port)
            self._connection = (
                http.client.HTTPSConnection(*place, timeout=self._timeout, context=self._tls)
                if self._tls
                else http.client.HTTPConnection(*place, timeout=self._timeout)
            )
            self._connection.connect()
            # Small requests at once, and not when there is more to send.
            self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._used_at = time.monotonic()
        return self._connection


def _trusting(authorities: str) -> ssl.SSLContext:
    """By the authorities in this file, or by the machine's; not every Python refuses old versions by itself."""
    context = ssl.create_default_context(cafile=authorities or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _object(text: bytes) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdigit() else None
