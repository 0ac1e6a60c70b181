"""The only module that knows ldap3: one connection, verified, bounded in time and size, that follows no referral.

ldap3 by itself verifies nothing, follows referrals and takes an answer that was cut short for a whole
one. Here the certificate and the name are verified by Python's own TLS, whatever the settings say.
"""

import re
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from socket import SHUT_RDWR, SOCK_STREAM
from typing import Any

import ldap3
from django.conf import settings
from ldap3.core.exceptions import (
    LDAPAttributeError,
    LDAPExceptionError,
    LDAPInvalidDnError,
    LDAPInvalidFilterError,
    LDAPInvalidScopeError,
    LDAPInvalidValueError,
    LDAPSocketOpenError,
    LDAPStartTLSError,
)
from pyasn1.error import PyAsn1Error

from accounts.federation.fetching import networks
from mago.core.outbound import Unreachable, resolve
from mago.core.trust import trusting

from .client import (
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

CONNECT_TIMEOUT = 4  # seconds
RECEIVE_TIMEOUT = 8  # seconds without a byte
# Of one answer, or one page of it; ldap3 holds all of it in memory.
LARGEST = 32 * 1024 * 1024

_PAGED = "1.2.840.113556.1.4.319"  # RFC 2696
# Of RFC 4511, appendix A.
_REASONS = {
    2: Reason.BROKEN,
    3: Reason.TOO_MANY,
    4: Reason.TOO_MANY,
    8: Reason.NOT_PERMITTED,
    10: Reason.REFERRAL,
    11: Reason.TOO_MANY,
    12: Reason.NO_PAGING,
    13: Reason.NOT_PERMITTED,
    18: Reason.BAD_FILTER,
    21: Reason.NO_SUCH_BASE,
    32: Reason.NO_SUCH_BASE,
    34: Reason.NO_SUCH_BASE,
    50: Reason.NOT_PERMITTED,
    51: Reason.UNAVAILABLE,
    52: Reason.UNAVAILABLE,
}
_SUCCESS, _INVALID_CREDENTIALS = 0, 49
# What a wrong name or password may be answered with, beside 49: no such entry, a broken name, not willing.
_REFUSALS = frozenset({16, 19, 32, 34, 48, _INVALID_CREDENTIALS, 50, 53})
# Active Directory says it in hexadecimal: "… data 533, v4563" (Windows error codes).
_CAUSES = {
    "530": Cause.HOURS,
    "531": Cause.HOURS,
    "532": Cause.EXPIRED,
    "533": Cause.DISABLED,
    "701": Cause.EXPIRED,
    "773": Cause.MUST_CHANGE,
    "775": Cause.LOCKED,
}
# What ldap3 and pyasn1 raise at an answer that is none.
_GARBAGE = (PyAsn1Error, ValueError, LookupError, TypeError, AttributeError, RecursionError)
# OpenSSL's X509_V_ERR_… (openssl-verification-options(1)).
_WRONG_HOST, _EXPIRED = {62, 64}, {10}


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
        self._tls = _Tls(endpoint.host, _context(target.ca))
        self._connection = _connection(endpoint, self._tls)
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
        with suppress(LDAPExceptionError, OSError, *_GARBAGE):
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
        if code == _SUCCESS:
            return
        if code in _REFUSALS:
            raise BindRefused(_cause(said), said)
        raise DirectoryFailed(_REASONS.get(code, Reason.REFUSED), f"{code} {said}")

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
        if code != _SUCCESS:
            raise DirectoryFailed(_REASONS.get(code, Reason.REFUSED), f"{code} {said}")
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
        except (LDAPExceptionError, OSError, *_GARBAGE) as error:
            reason, detail = _reason(error, self._tls)
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


def _cause(said: str) -> Cause:
    code = re.search(r"\bdata ([0-9a-f]{2,8})\b", said)
    return _CAUSES.get(code.group(1), Cause.PASSWORD) if code else Cause.PASSWORD


class _Socket(ssl.SSLSocket):
    """Counts what it is sent, so that no answer fills the memory."""

    _left = LARGEST

    def allow(self, size: int) -> None:
        self._left = size

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        data = super().recv(buflen, flags)
        self._left -= len(data)
        if self._left < 0:
            raise OSError("the answer is too large")
        return data


class _Tls(ldap3.Tls):
    """TLS as Python does it: a chain to a trusted CA, and the name of the host, or no connection."""

    def __init__(self, host: str, context: ssl.SSLContext) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._host, self._context = host, context
        self.problem: Exception | None = None

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        try:
            connection.socket = self._context.wrap_socket(
                connection.socket, server_hostname=self._host
            )
        except (OSError, ValueError) as error:
            # ldap3 makes another error of it, in which what was wrong is lost.
            self.problem = error
            raise


class _Server(ldap3.Server):
    """A server at addresses that were looked up, and allowed, once."""

    def __init__(self, endpoint: Endpoint, tls: _Tls, places: list[tuple[Any, ...]]) -> None:
        super().__init__(
            endpoint.host,
            port=endpoint.port,
            use_ssl=endpoint.security == Security.LDAPS,
            tls=tls,
            get_info=ldap3.NONE,
            connect_timeout=CONNECT_TIMEOUT,
            allowed_referral_hosts=[],
        )
        self._places = places
        self.connection: Any = None

    def candidate_addresses(self) -> list[list[Any]]:
        return [[*place, None, None] for place in self._places]

    def update_availability(self, address: Any, available: bool) -> None:
        """`client.ask` remembers who is out of reach; the socket of an address that was, ldap3 would leave open."""
        if not available and self.connection.socket is not None:
            self.connection.socket.close()


def _connection(endpoint: Endpoint, tls: _Tls) -> Any:
    try:
        places = resolve(endpoint.host, endpoint.port, SOCK_STREAM, networks())
    except Unreachable as error:
        reason = Reason.RESOLVE if error.step == "resolve" else Reason.NOT_ALLOWED
        raise DirectoryFailed(reason, error.reason, str(endpoint)) from None
    server = _Server(endpoint, tls, places)
    server.connection = ldap3.Connection(
        server,
        client_strategy=ldap3.SYNC,
        auto_referrals=False,
        check_names=False,
        auto_escape=False,
        auto_encode=False,
        read_only=True,
        return_empty_attributes=False,
        receive_timeout=RECEIVE_TIMEOUT,
    )
    return server.connection


def _context(ca: str) -> ssl.SSLContext:
    try:
        context = trusting(ca_text=ca, ca_file="" if ca else settings.FEDERATION_CA_FILE)
    except (OSError, ValueError) as error:
        raise DirectoryFailed(Reason.BAD_CA, error) from None
    context.sslsocket_class = _Socket
    return context


def _reason(error: Exception, tls: _Tls) -> tuple[Reason, object]:
    if tls.problem is not None:
        return _tls_reason(tls.problem), tls.problem
    if isinstance(error, LDAPStartTLSError):
        return Reason.STARTTLS, error
    if isinstance(error, LDAPInvalidFilterError | LDAPInvalidValueError | LDAPAttributeError):
        return Reason.BAD_FILTER, error
    if isinstance(error, LDAPInvalidDnError | LDAPInvalidScopeError):
        return Reason.NO_SUCH_BASE, error
    if isinstance(error, LDAPSocketOpenError):
        return Reason.CONNECT, error
    if isinstance(error, LDAPExceptionError | OSError):
        return Reason.LOST, error
    return Reason.BROKEN, type(error).__name__


def _tls_reason(problem: Exception) -> Reason:
    if not isinstance(problem, ssl.SSLCertVerificationError):
        return Reason.TLS
    if problem.verify_code in _WRONG_HOST:
        return Reason.WRONG_HOST
    return Reason.EXPIRED if problem.verify_code in _EXPIRED else Reason.UNTRUSTED
