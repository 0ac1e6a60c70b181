"""A connection to a place that was allowed, whose certificate and name Python's own TLS verifies."""

import ssl
from socket import SOCK_STREAM
from typing import Any

import ldap3
from django.conf import settings

from accounts.federation.fetching import networks
from mago.core.outbound import Unreachable, resolve
from mago.core.trust import trusting

from ..client import DirectoryFailed, Endpoint, Reason, Security

CONNECT_TIMEOUT = 4  # seconds
RECEIVE_TIMEOUT = 8  # seconds without a byte
# Of one answer, or one page of it; ldap3 holds all of it in memory.
LARGEST = 32 * 1024 * 1024


class Tls(ldap3.Tls):
    """TLS as Python does it: a chain to a trusted CA, and the name of the host, or no connection."""

    def __init__(self, host: str, ca: str) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._host, self._context = host, _context(ca)
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


def _context(ca: str) -> ssl.SSLContext:
    try:
        context = trusting(ca_text=ca, ca_file="" if ca else settings.FEDERATION_CA_FILE)
    except (OSError, ValueError) as error:
        raise DirectoryFailed(Reason.BAD_CA, error) from None
    context.sslsocket_class = _Socket
    return context


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


def connection(endpoint: Endpoint, tls: Tls) -> Any:
    """Of ldap3, not open yet."""
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


class _Server(ldap3.Server):
    """A server at addresses that were looked up, and allowed, once."""

    def __init__(self, endpoint: Endpoint, tls: Tls, places: list[tuple[Any, ...]]) -> None:
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
