"""Syslog: RFC 5424 messages over TLS (RFC 5425, octets counted), or by UDP (RFC 5426) if one must.

Syslog has no answer. Over TLS we wait for the other side to close after us, which tells that it has
read everything; a datagram may be lost, and nobody is told.
"""

import json
import socket
import ssl

from django.conf import settings

from .addresses import Place
from .connecting import Step, StreamFailed, resolve, tls_connection

FACILITY = 13  # log audit
SEVERITY = {"success": 6, "failure": 4, "refused": 4}  # informational, warning
# A datagram that every receiver has to take is shorter; longer events are for TLS.
LONGEST_DATAGRAM = 8192


def send(place: Place, secret: str, name: str, lines: list[str]) -> None:
    """All lines were handed over, in order; StreamFailed otherwise."""
    messages = [message(line) for line in lines]
    if place.scheme == "udp":
        _send_datagrams(place, messages)
    else:
        _send_frames(place, messages)


def message(line: str) -> bytes:
    """A line of an export as a syslog message: RFC 5424 section 6."""
    members = json.loads(line)
    event = members.get("event") or {}
    priority = FACILITY * 8 + SEVERITY.get(event.get("outcome", ""), 5)
    time = event.get("time") or members.get("time") or "-"
    tag = str(event.get("tag") or members["type"])[:32]
    data = '[origin software="Mago"]'
    if sequence := members.get("sequence"):
        data += f'[meta sequenceId="{(sequence - 1) % 2147483647 + 1}"]'
    header = f"<{priority}>1 {time} {settings.BASE_HOST[:255]} mago - {tag} {data} "
    return header.encode() + b"\xef\xbb\xbf" + line.strip().encode("utf-8", "replace")


def _send_frames(place: Place, messages: list[bytes]) -> None:
    with tls_connection(place.host, place.port) as connection:
        try:
            for text in messages:
                connection.sendall(b"%d %s" % (len(text), text))
            _wait_for_the_end(connection)
        except OSError as error:
            raise StreamFailed(Step.SEND, error) from None


def _wait_for_the_end(connection: ssl.SSLSocket) -> None:
    try:
        connection.unwrap()
    except (ssl.SSLError, TimeoutError):
        pass  # It closed in its own way, or keeps listening: either way nothing was refused.
    except OSError as error:
        if error.errno:  # A connection that was reset, with what we wrote.
            raise


def _send_datagrams(place: Place, messages: list[bytes]) -> None:
    family, kind, protocol, _name, where = resolve(place.host, place.port, socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as sender:
        try:
            for text in messages:
                sender.sendto(text[:LONGEST_DATAGRAM], where)
        except OSError as error:
            raise StreamFailed(Step.SEND, error) from None
