"""Connections to where an administrator said, which must not become a way into our own network.

The name is resolved once, every address it has is checked, and the connection goes to an address
that was checked: a name that answers differently a moment later changes nothing.
"""

import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from .trust import trusting

TIMEOUT = 5.0
# However slowly the other side answers, it does not keep us longer.
LONGEST = 20.0
# Addresses of IPv4 in other clothes; what they lead to counts.
_NAT64 = IPv6Network("64:ff9b::/96")

Address = IPv4Address | IPv6Address
Networks = Iterable[IPv4Network | IPv6Network]


class Unreachable(Exception):
    """No connection, or none that may be made: at which step (resolve, allow, connect, tls, answer), and why."""

    def __init__(self, step: str, reason: object) -> None:
        super().__init__(f"{step}: {reason}")
        self.step, self.reason = step, str(reason)


def is_allowed(address: Address, networks: Networks = ()) -> bool:
    """Whether we may go there: a public address, or one of `networks`."""
    inner = _inner(address)
    if any(inner in network for network in networks):
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


def resolve(
    host: str, port: int, kind: socket.SocketKind, networks: Networks = ()
) -> list[tuple[Any, ...]]:
    """Where the host is, as getaddrinfo tells it; Unreachable unless all of it is allowed."""
    try:
        found = socket.getaddrinfo(host, port, type=kind)
    except (OSError, UnicodeError) as error:
        raise Unreachable("resolve", error) from None
    for *_rest, place in found:
        if not is_allowed(ip_address(str(place[0]).partition("%")[0]), networks):
            raise Unreachable("allow", f"{host} is {place[0]}, which is not a public address")
    return list(found)


@contextmanager
def connection(
    host: str,
    port: int,
    *,
    networks: Networks = (),
    ca_file: str = "",
    secure: bool = True,
    longest: float = LONGEST,
) -> Iterator[socket.socket]:
    """A connection whose other end has proved to be `host`; it ends with the block, or after `longest` seconds.

    Without `secure` nothing is proved: for this machine itself.
    """
    context = _context(ca_file) if secure else None
    plain = _connect(resolve(host, port, socket.SOCK_STREAM, networks))
    ours, was_cut = [plain], threading.Event()

    def cut() -> None:
        was_cut.set()
        with suppress(OSError):  # It may have ended by itself.
            ours[-1].shutdown(socket.SHUT_RDWR)

    watchdog = threading.Timer(longest, cut)
    watchdog.daemon = True
    watchdog.start()
    try:
        if context is not None:
            try:
                ours.append(context.wrap_socket(plain, server_hostname=host))
            except (OSError, ValueError) as error:
                raise Unreachable("tls", error) from None
        yield ours[-1]
        if was_cut.is_set():  # What was read until then may look like an answer.
            raise Unreachable("answer", f"nothing within {longest} s")
    finally:
        watchdog.cancel()
        ours[-1].close()


def _context(ca_file: str) -> ssl.SSLContext:
    try:
        return trusting(ca_file=ca_file)
    except OSError as error:
        raise Unreachable("tls", f"{ca_file}: {error}") from None


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
    raise Unreachable("connect", problem)
