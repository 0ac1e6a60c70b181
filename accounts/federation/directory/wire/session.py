"""What is asked over a connection: to bind as somebody, and to search."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from socket import SHUT_RDWR
from typing import Any

import ldap3

from ..client import (
    PAGE_SIZE,
    BindRefused,
    Cause,
    DirectoryFailed,
    Endpoint,
    Entry,
    Reason,
    Security,
    Target,
)
from .connection import LARGEST, Tls, connection
from .failures import FAILURES, REFUSALS, SUCCESS, cause_of, reason_of, refusal

_PAGED = "1.2.840.113556.1.4.319"  # RFC 2696


@contextmanager
def session(target: Target, endpoint: Endpoint, *, longest: float) -> Iterator["LdapSession"]:
    """A connection bound as the service account. See `client.open_session`."""
    opened = LdapSession(target, endpoint)
    watchdog = threading.Timer(longest, opened.cut)
    watchdog.daemon = True
    watchdog.start()
    try:
        opened.open()
        yield opened
    finally:
        watchdog.cancel()
        opened.close()


class LdapSession:
    """A `client.Session` over ldap3."""

    def __init__(self, target: Target, endpoint: Endpoint) -> None:
        self._target, self._endpoint = target, endpoint
        self._tls = Tls(endpoint.host, target.ca)
        self._connection = connection(endpoint, self._tls)
        self._was_cut = False

    def open(self) -> None:
        """Connected, encrypted, and bound as the service account."""
        with self._failures():
            self._connection.open(read_server_info=False)
            if self._endpoint.security == Security.STARTTLS:
                self._connection.start_tls(read_server_info=False)
        self._bind_service()

    def cut(self) -> None:
        """Whatever waits for the server waits no longer."""
        self._was_cut = True
        with suppress(OSError, AttributeError):  # It may have ended by itself.
            self._connection.socket.shutdown(SHUT_RDWR)

    def close(self) -> None:
        with suppress(*FAILURES):
            self._connection.unbind()
        # Where a handshake failed, ldap3 leaves its socket open.
        if self._connection.socket is not None:
            self._connection.socket.close()

    def _bind_service(self) -> None:
        try:
            self._bind(self._target.name, self._target.password)
        except BindRefused as refused:
            raise DirectoryFailed(Reason.SERVICE_REFUSED, refused.detail) from None

    def bind(self, dn: str, password: str) -> None:
        self._bind(dn, password)
        self._bind_service()

    def _bind(self, dn: str, password: str) -> None:
        secret = password.encode("utf-8", "surrogatepass")
        # A name without a password is an anonymous bind, which succeeds (RFC 4513 section 5.1.2).
        if not dn or not secret or b"\0" in secret:
            raise BindRefused(Cause.PASSWORD, "an empty name or password is not sent")
        with self._failures():
            self._connection.socket.allow(LARGEST)
            # Bytes, so that the password goes as it was typed.
            self._connection.rebind(
                user=dn, password=secret, authentication=ldap3.SIMPLE, read_server_info=False
            )
            code, said = self._result()
        if code == SUCCESS:
            return
        if code in REFUSALS:
            raise BindRefused(cause_of(said), said)
        raise refusal(code, said)

    def search(
        self,
        base: str,
        filter: str,
        attributes: Sequence[str],
        *,
        most: int,
        only_base: bool = False,
    ) -> Iterator[Entry]:
        cookie, count = b"", 0
        while True:
            with self._failures():
                found, cookie = self._page(
                    cookie,
                    min(PAGE_SIZE, most + 1),
                    search_base=base,
                    search_filter=filter,
                    search_scope=ldap3.BASE if only_base else ldap3.SUBTREE,
                    attributes=list(attributes) or [ldap3.NO_ATTRIBUTES],
                )
            count += len(found)
            if count > most:
                raise DirectoryFailed(Reason.TOO_MANY, f"more than {most}", str(self._endpoint))
            yield from found
            if not cookie:
                return

    def _page(self, cookie: bytes, size: int, **search: Any) -> tuple[list[Entry], bytes]:
        self._connection.socket.allow(LARGEST)
        self._connection.search(
            **search,
            dereference_aliases=ldap3.DEREF_NEVER,
            paged_size=size,
            paged_criticality=True,
            paged_cookie=cookie or None,
        )
        code, said = self._result()
        if code != SUCCESS:
            raise refusal(code, said)
        response = self._connection.response
        found = [_entry(one) for one in response if one["type"] == "searchResEntry"]
        return found, self._cookie()

    def _cookie(self) -> bytes:
        controls = self._connection.result.get("controls") or {}
        if _PAGED not in controls:
            return b""
        return bytes(controls[_PAGED]["value"]["cookie"])

    def _result(self) -> tuple[int, str]:
        result = self._connection.result
        return int(result["result"]), f"{result['description']} {result['message'] or ''}".strip()

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """What goes wrong inside is told in our words."""
        try:
            yield
        except DirectoryFailed as failed:
            failed.server = str(self._endpoint)
            raise
        except FAILURES as error:
            reason, detail = reason_of(error, self._tls.problem)
            if self._was_cut:
                reason, detail = Reason.LOST, "it took too long"
            raise DirectoryFailed(reason, detail, str(self._endpoint)) from None


def _entry(found: dict[str, Any]) -> Entry:
    values: dict[str, tuple[bytes, ...]] = {}
    for name, raw in found["raw_attributes"].items():
        # Options such as ;binary or ;lang-it say how, not what.
        plain = name.partition(";")[0].lower()
        values[plain] = (*values.get(plain, ()), *(bytes(one) for one in raw or ()))
    return Entry(str(found["dn"]), values)
