"""Connections to where an administrator said, which must not become a way into our own network.

The name is resolved once, every address it has is checked, and the connection goes to an address
that was checked: a name that answers differently a moment later changes nothing.
"""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

TIMEOUT = 5.0
# However slowly the other side answers, it does not keep us longer.
LONGEST = 20.0
# Addresses of IPv4 in other clothes; what they lead to counts.
_NAT64 = IPv6Network("64:ff9b::/96")

Address = IPv4Address | IPv6Address


class Step(TextChoices):
    """What happens on the way, in this order."""

    ADDRESS = "address", _("The address is understood")
    RESOLVE = "resolve", _("Its name is found")
    ALLOW = "allow", _("It may be reached")
    CONNECT = "connect", _("The connection is made")
    TLS = "tls", _("The certificate is believed")
    SEND = "send", _("The event is sent")
    ANSWER = "answer", _("It is accepted")


class StreamFailed(Exception):
    """Nothing, or not all, was taken: at which step, and why."""

    def __init__(self, step: Step, reason: object) -> None:
        super().__init__(f"{step.value}: {reason}")
        self.step, self.reason = step, str(reason)


def is_allowed(address: Address) -> bool:
    """Whether a stream may go there: a public address, or one of a network in the settings."""
    inner = _inner(address)
    if any(inner in network for network in settings.AUDIT_STREAM_NETWORKS):
        return True
    is_odd = inner.is_multicast or inner.is_reserved or inner.is_unspecified
    is_local = isinstance(inner, IPv6Address) and inner.is_site_local
    return inner.is_global and not is_odd and not is_local


def _inner(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    teredo = address.teredo
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)


def resolve(host: str, port: int, kind: socket.SocketKind) -> list[tuple[Any, ...]]:
    """Where the host is, as getaddrinfo tells it; StreamFailed unless all of it is allowed."""
    try:
        found = socket.getaddrinfo(host, port, type=kind)
    except (OSError, UnicodeError) as error:
        raise StreamFailed(Step.RESOLVE, error) from None
    for *_rest, place in found:
        if not is_allowed(ip_address(str(place[0]).partition("%")[0])):
            raise StreamFailed(Step.ALLOW, f"{host} is {place[0]}, which is not a public address")
    return list(found)


@contextmanager
def tls_connection(host: str, port: int) -> Iterator[ssl.SSLSocket]:
    """A connection whose other end has proved to be `host`; it ends with the block, or LONGEST."""
    context = _context()
    connection = _connect(resolve(host, port, socket.SOCK_STREAM))
    ours, was_cut = [connection], threading.Event()

    def cut() -> None:
        was_cut.set()
        with suppress(OSError):  # It may have ended by itself.
            ours[-1].shutdown(socket.SHUT_RDWR)

    watchdog = threading.Timer(LONGEST, cut)
    watchdog.daemon = True
    watchdog.start()
    try:
        try:
            secured = context.wrap_socket(connection, server_hostname=host)
        except (OSError, ValueError) as error:
            raise StreamFailed(Step.TLS, error) from None
        ours.append(secured)
        yield secured
        if was_cut.is_set():  # What was read until then may look like an answer.
            raise StreamFailed(Step.ANSWER, f"nothing within {LONGEST} s")
    finally:
        watchdog.cancel()
        ours[-1].close()


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.AUDIT_STREAM_CA_FILE:
        try:
            context.load_verify_locations(settings.AUDIT_STREAM_CA_FILE)
        except OSError as error:
            raise StreamFailed(Step.TLS, f"MAGO_AUDIT_STREAM_CA_FILE: {error}") from None
    return context


def _connect(places: list[tuple[Any, ...]]) -> socket.socket:
    problem: object = "it has no address"
    for family, kind, protocol, _name, place in places:
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(TIMEOUT)
        try:
            connection.connect(place)
        except OSError as error:
            connection.close()
            problem = error
        else:
            return connection
    raise StreamFailed(Step.CONNECT, problem)
