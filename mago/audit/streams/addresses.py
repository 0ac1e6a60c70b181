"""Where a stream goes, as one writes it: tls://host:port, udp://host:port or https://host/path."""

from typing import NamedTuple
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from ..models import StreamKind
from .connecting import Step, StreamFailed

PORTS = {
    StreamKind.SYSLOG: {"tls": 6514, "udp": 514},
    StreamKind.WEBHOOK: {"https": 443},
}


class Place(NamedTuple):
    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port, as HTTP names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"


def read_address(kind: str, address: str) -> Place:
    """The address, taken apart; StreamFailed if it is none for this kind of stream."""
    ports = PORTS[StreamKind(kind)]
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise StreamFailed(Step.ADDRESS, error) from None
    if parts.scheme not in ports:
        raise StreamFailed(
            Step.ADDRESS, _("It begins with %(schemes)s.") % {"schemes": _schemes(ports)}
        )
    is_plain = address.isascii() and address.isprintable() and " " not in address
    if not parts.hostname or not is_plain or parts.username or parts.password or parts.fragment:
        raise StreamFailed(Step.ADDRESS, _("It has a host, and no user, password or fragment."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if kind == StreamKind.SYSLOG and path != "/":
        raise StreamFailed(Step.ADDRESS, _("It has a host and a port, and no path."))
    return Place(parts.scheme, parts.hostname, port or ports[parts.scheme], path)


def _schemes(ports: dict[str, int]) -> str:
    return ", ".join(f"{scheme}://" for scheme in ports)
