"""Bodies that clients send slowly: few may keep a thread waiting at a time.

A thread that reads a request's body waits as long as its client likes to take, and there are some two dozen.
A proxy that takes in the whole request first keeps slow ones away (`manage.py render_proxy`); where none
does, one address (of IPv6: one /64) may have `EACH` unfinished bodies and all together `ALL`. More are told to come again at
once, and whoever asks without a body is answered in any case. A small body is taken in before anything else is
done, so that it counts only while its client is at it, and never while we are: many people behind one address
are no herd.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from .http import network_of

EACH, ALL = 6, 16
SMALL = 65_536  # bytes; forms and JSON, but no files
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

_lock = threading.Lock()
_unfinished = Counter[str]()


class Body:
    """`wsgi.input`, which knows when it has been read to its end."""

    def __init__(self, source: Any, length: int | None, sender: str) -> None:
        self._source, self._missing, self._sender = source, length, sender
        self._is_counted = False

    def begin(self) -> bool:
        """Whether it may be waited for; it counts as unfinished from now on."""
        with _lock:
            self._is_counted = _unfinished[self._sender] < EACH and _unfinished.total() < ALL
            if self._is_counted:
                _unfinished[self._sender] += 1
        return self._is_counted

    def end(self) -> None:
        with _lock:
            if self._is_counted:
                self._is_counted = False
                _unfinished[self._sender] -= 1
                if not _unfinished[self._sender]:
                    del _unfinished[self._sender]

    def _seen(self, part: bytes) -> bytes:
        if self._missing is not None:
            self._missing -= len(part)
        if not part or self._missing == 0:
            self.end()
        return part

    def read(self, size: int = -1) -> bytes:
        return self._seen(self._source.read(size))

    def read_all(self) -> bytes:
        """What comes until its end, or until its client has gone."""
        parts = []
        while self._missing and (part := self.read(self._missing)):
            parts.append(part)
        return b"".join(parts)

    def readline(self, size: int = -1) -> bytes:
        return self._seen(self._source.readline(size))


def bounded(application: Application, sender_of: Callable[[dict[str, Any]], str]) -> Application:
    """`application`, which waits for few bodies of each sender at a time."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if length == "0" or not (length or environ.get("HTTP_TRANSFER_ENCODING")):
            return application(environ, start_response)
        size = int(length) if length.isdecimal() else None
        body = Body(environ["wsgi.input"], size, network_of(sender_of(environ)))
        if not body.begin():
            return _refuse(start_response)
        try:
            is_small = size is not None and size <= SMALL
            environ["wsgi.input"] = BytesIO(body.read_all()) if is_small else body
            if is_small:
                body.end()
            return application(environ, start_response)
        finally:
            body.end()

    return answer


def _refuse(start_response: Any) -> list[bytes]:
    content = (
        b'{"type":"urn:mago:problem:busy","title":"Service Unavailable","status":503,"code":"busy"}'
    )
    headers = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(content))),
        ("Retry-After", "2"),
        ("Connection", "close"),
    ]
    start_response("503 Service Unavailable", headers)
    return [content]
