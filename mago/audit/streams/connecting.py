"""Connections of streams: to public addresses, and to networks of ours that the operator named."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from mago.core import outbound
from mago.core.outbound import Address, Unreachable

LONGEST = outbound.LONGEST


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


class ContentRefused(StreamFailed):
    """The receiver is well, and refuses this for what it says: it would refuse it tomorrow, too."""


def is_allowed(address: Address) -> bool:
    """Whether a stream may go there: a public address, or one of a network in the settings."""
    return outbound.is_allowed(address, settings.AUDIT_STREAM_NETWORKS)


def resolve(host: str, port: int, kind: socket.SocketKind) -> list[tuple[Any, ...]]:
    """Where the host is, as getaddrinfo tells it; StreamFailed unless all of it is allowed."""
    with _as_failure():
        return outbound.resolve(host, port, kind, settings.AUDIT_STREAM_NETWORKS)


@contextmanager
def tls_connection(host: str, port: int) -> Iterator[ssl.SSLSocket]:
    """A connection whose other end has proved to be `host`; it ends with the block, or LONGEST."""
    with (
        _as_failure(),
        outbound.connection(
            host,
            port,
            networks=settings.AUDIT_STREAM_NETWORKS,
            ca_file=settings.AUDIT_STREAM_CA_FILE,
            longest=LONGEST,
        ) as connection,
    ):
        yield cast(ssl.SSLSocket, connection)


@contextmanager
def _as_failure() -> Iterator[None]:
    try:
        yield
    except Unreachable as error:
        raise StreamFailed(Step(error.step), error.reason) from None
