"""A browser or an app that costs next to nothing: one keep-alive connection, no parsing to speak of."""

import itertools
import re
import socket
import time
from typing import NamedTuple, Self
from urllib.parse import urlencode

# The server closes a connection that was of no use for half a minute.
IDLE = 10.0

# Each visitor comes from a network of their own, or the limits would (rightly) stop the bench.
_visitors = itertools.count(1)


def new_address() -> str:
    """An address that the proxy in front would report, different each time."""
    number = next(_visitors)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


class Answer(NamedTuple):
    status: int
    head: str
    body: bytes

    def header(self, name: str) -> str:
        """The (first) value of this header, or ""."""
        return self._find(rf"^{name}:\s*([^\r]+)")

    def cookie(self, name: str) -> str:
        """The value that is set for this cookie, or ""."""
        return self._find(rf"^set-cookie:\s*{name}=([^;\r]+)")

    def _find(self, pattern: str) -> str:
        found = re.search(pattern, self.head, re.MULTILINE | re.IGNORECASE)
        return found[1] if found else ""


class Client:
    def __init__(self, port: int, address: str = "") -> None:
        self.port = port
        # Always the same, as a device has it; else another with each request.
        self.address = address
        self.csrf = ""
        self.csrf_token = ""
        self._connect()

    def _connect(self) -> None:
        self.used = time.monotonic()
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.socket.close()

    def fetch_csrf(self) -> Self:
        """Forms can be posted: what the middleware asks for is at hand, as on an open page."""
        answer = self.get("/bench/empty/?token")
        self.csrf, self.csrf_token = answer.cookie("csrf"), answer.body.decode()
        return self

    def get(self, path: str, *headers: str) -> Answer:
        return self._exchange(f"GET {path} HTTP/1.1", headers, b"")

    def post(self, path: str, **fields: str) -> Answer:
        """A form, sent by a browser that was never here before."""
        body = urlencode({"csrfmiddlewaretoken": self.csrf_token, **fields}).encode()
        form = "Content-Type: application/x-www-form-urlencoded"
        return self._exchange(f"POST {path} HTTP/1.1", (form, f"Cookie: csrf={self.csrf}"), body)

    def post_form(self, path: str, *headers: str, **fields: str) -> Answer:
        """A form, sent by a program."""
        form = "Content-Type: application/x-www-form-urlencoded"
        return self._exchange(f"POST {path} HTTP/1.1", (form, *headers), urlencode(fields).encode())

    def post_json(self, path: str, body: bytes, *headers: str) -> Answer:
        json = "Content-Type: application/json"
        return self._exchange(f"POST {path} HTTP/1.1", (json, *headers), body)

    def _exchange(self, line: str, headers: tuple[str, ...], body: bytes) -> Answer:
        head = [
            line,
            f"Host: 127.0.0.1:{self.port}",
            f"X-Forwarded-For: {self.address or new_address()}",
            "User-Agent: bench",
            f"Content-Length: {len(body)}",
            *headers,
        ]
        if time.monotonic() - self.used > IDLE:
            self.socket.close()
            self._connect()
        self.used = time.monotonic()
        self.socket.sendall("\r\n".join([*head, "", ""]).encode() + body)
        return self._read()

    def _read(self) -> Answer:
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head = received[:end].decode("latin-1")
        answer = Answer(int(head[9:12]), head, received[end + 4 :])
        size = int(answer.header("content-length") or 0)
        while len(answer.body) < size:
            answer = answer._replace(body=answer.body + self._more())
        return answer

    def _more(self) -> bytes:
        if chunk := self.socket.recv(65536):
            return chunk
        raise ConnectionError("the server closed the connection")
