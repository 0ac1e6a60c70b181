"""What we ask of a directory, in our own types: servers in order, one that is out of reach is passed over for a while.

Everything else of this slice talks to a directory through this module. The library behind it is in
`wire`, which is imported at the first question, so that nobody pays for it who has no directory.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# Seconds: for all that one sign-in, one test, one list asks; nothing goes on for longer.
LONGEST = 15.0
# A server that did not answer is asked after the others for so long.
PASSED_OVER = 30.0
PAGE_SIZE = 500

T = TypeVar("T")


class Security(TextChoices):
    """How a connection is encrypted. There is no third way, and none without a certificate that is believed."""

    LDAPS = "ldaps", _("LDAPS (TLS from the first byte)")
    STARTTLS = "starttls", _("StartTLS")


class Reason(TextChoices):
    """Why a directory gave no answer, for those who administer it."""

    RESOLVE = "resolve", _("The name of the server is not found.")
    NOT_ALLOWED = "not_allowed", _("The server is at an address that may not be reached from here.")
    CONNECT = "connect", _("No connection could be made.")
    STARTTLS = "starttls", _("The server offers no StartTLS.")
    UNTRUSTED = "untrusted", _("The server’s certificate is of a CA that is not trusted.")
    WRONG_HOST = "wrong_host", _("The server’s certificate is for another name.")
    EXPIRED = "expired", _("The server’s certificate has expired.")
    TLS = "tls", _("No encrypted connection came about.")
    BAD_CA = "bad_ca", _("The CA certificate cannot be read.")
    SERVICE_REFUSED = "service_refused", _("The service account’s name or password is wrong.")
    NO_SUCH_BASE = "no_such_base", _("There is no such place in the directory.")
    BAD_FILTER = "bad_filter", _("The filter is not understood.")
    NOT_PERMITTED = "not_permitted", _("The service account may not read that.")
    TOO_MANY = "too_many", _("The directory found more entries than it gives, or than we take.")
    NO_PAGING = "no_paging", _("The directory does not hand its entries out in pages.")
    REFERRAL = "referral", _("The directory sends us to another server, which we do not follow.")
    UNAVAILABLE = "unavailable", _("The server is busy or shutting down.")
    LOST = "lost", _("The server did not answer in time, or hung up.")
    REFUSED = "refused", _("The server refused.")
    BROKEN = "broken", _("The server’s answer is not LDAP.")


_OUTAGES = frozenset(
    {
        Reason.RESOLVE,
        Reason.CONNECT,
        Reason.STARTTLS,
        Reason.UNTRUSTED,
        Reason.WRONG_HOST,
        Reason.EXPIRED,
        Reason.TLS,
        Reason.UNAVAILABLE,
        Reason.LOST,
        Reason.BROKEN,
    }
)


class DirectoryFailed(Exception):
    """No answer that could be used. `detail` is what the other side said, for administrators and the log."""

    def __init__(self, reason: Reason, detail: object = "", server: str = "") -> None:
        super().__init__(f"{server}: {reason.value}: {detail}")
        self.reason, self.server = reason, server
        self.detail = " ".join(str(detail).split())[:300]

    @property
    def is_outage(self) -> bool:
        """Whether another server may answer where this one did not."""
        return self.reason in _OUTAGES


class Cause(TextChoices):
    """Why a directory refused a name and password; told to administrators only."""

    PASSWORD = "password", _("The password is wrong, or there is no such account.")
    DISABLED = "disabled", _("The account is disabled in the directory.")
    LOCKED = "locked", _("The account is locked in the directory.")
    EXPIRED = "expired", _("The account or its password has expired in the directory.")
    MUST_CHANGE = "must_change", _("The password must be changed in the directory first.")
    AMBIGUOUS = "ambiguous", _("Several entries have this name.")
    HOURS = "hours", _("The account may not sign in at this hour, or from here.")


class BindRefused(Exception):
    """The directory does not accept this password for this entry."""

    def __init__(self, cause: Cause = Cause.PASSWORD, detail: str = "") -> None:
        super().__init__(cause.value)
        self.cause, self.detail = cause, detail[:300]


@dataclass(frozen=True)
class Endpoint:
    """One server of a directory; `host` is the name that its certificate must bear."""

    host: str
    port: int
    security: Security = Security.LDAPS

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Target:
    """Where a directory is, and as whom we read it. `ca` is PEM, in the place of the public CAs; "" for those."""

    servers: tuple[Endpoint, ...]
    name: str
    password: str = field(repr=False)
    ca: str = ""


@dataclass(frozen=True)
class Entry:
    """An entry as it was read. Names of attributes are in lower case, values are bytes."""

    dn: str
    attributes: dict[str, tuple[bytes, ...]]

    def values(self, name: str) -> tuple[bytes, ...]:
        return self.attributes.get(name.lower(), ())

    def texts(self, name: str) -> list[str]:
        """The values that are text; what is not UTF-8 is left out."""
        found = []
        for value in self.values(name):
            try:
                found.append(value.decode())
            except UnicodeDecodeError:
                continue
        return found

    def text(self, name: str) -> str:
        """The first value; "" where there is none."""
        return next(iter(self.texts(name)), "")


class Session(Protocol):
    """A connection to one server that has proved who it is, bound as the service account."""

    def bind(self, dn: str, password: str) -> None:
        """The password is that entry's, and the service account is bound again; BindRefused otherwise."""

    def search(
        self,
        base: str,
        filter: str,
        attributes: Sequence[str],
        *,
        most: int,
        only_base: bool = False,
    ) -> Iterator[Entry]:
        """What lies at or below `base`, read page by page. DirectoryFailed, TOO_MANY above `most` entries.

        It is whole once the iterator has ended, and not before.
        """


def open_session(
    target: Target, endpoint: Endpoint, *, longest: float
) -> AbstractContextManager[Session]:
    """A session that ends with the block, or after `longest` seconds. DirectoryFailed."""
    from . import wire

    return wire.session(target, endpoint, longest=longest)


def ask(target: Target, work: Callable[[Session], T], *, longest: float = LONGEST) -> T:
    """What `work` finds at the first server that answers. DirectoryFailed of the last one where none does.

    `work` begins anew with the next server, and so keeps nothing of what it has read until it is done.
    """
    last = DirectoryFailed(Reason.CONNECT, "no server is named")
    for endpoint in in_order(target.servers):
        try:
            with open_session(target, endpoint, longest=longest) as session:
                found = work(session)
        except DirectoryFailed as failed:
            failed.server = failed.server or str(endpoint)
            if not failed.is_outage:
                raise
            _pass_over(endpoint)
            last = failed
        else:
            _passed_over.pop(endpoint, None)
            return found
    raise last


# Until when which server is asked last. Of this process; each finds out by itself.
_passed_over: dict[Endpoint, float] = {}
_lock = threading.Lock()


def in_order(servers: Sequence[Endpoint]) -> list[Endpoint]:
    """As they are listed, those that did not answer lately at the end."""
    now = time.monotonic()
    return sorted(servers, key=lambda endpoint: _passed_over.get(endpoint, 0.0) > now)


def _pass_over(endpoint: Endpoint) -> None:
    now = time.monotonic()
    with _lock:
        for old in [one for one, until in _passed_over.items() if until <= now]:
            del _passed_over[old]
        _passed_over[endpoint] = now + PASSED_OVER
