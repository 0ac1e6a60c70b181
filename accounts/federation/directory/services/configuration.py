"""How a directory is reached and read is set; each change is recorded, and no secret in it."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.federation.enterprise.models import IdentityProvider, Kind
from accounts.federation.enterprise.services import demand_to_edit, touch
from accounts.federation.enterprise.services.configuration import locked
from accounts.models import User
from mago.core.errors import NotFound, Refused
from mago.core.trust import trusting

from .. import filters
from ..client import Security
from ..models import Directory

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MOST_SERVERS = 5
LARGEST_CA = 100_000
# What tells where the password goes, and who is believed there.
_WHERE = ("servers", "ca", "bind_name")
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_-]+)*\.?")
_ADDRESS = re.compile(r"[0-9A-Fa-f:.]{2,45}")
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}|\d+(\.\d+)+")
EDITABLE = (
    "product",
    "servers",
    "ca",
    "bind_name",
    "base",
    "people_filter",
    "login_filter",
    "subject_attribute",
    "group_base",
    "group_filter",
    "nesting",
    "groups_named_by",
    "attempts",
    "pause",
    "syncs",
    "imports",
    "every",
    "full_every",
    "brake",
)


@transaction.atomic
def configure(
    *, provider: IdentityProvider, bind_password: str = "", actor: User | None, **values: Any
) -> Directory:
    """The directory is read so from now on. Refused beside the field that is wrong.

    Without `bind_password` the one of before stays; but not where it would be shown to another server than
    before: else whoever may edit this page could have it sent to themselves. `actor` None holds a set-up link.
    """
    assert set(values) <= set(EDITABLE)
    demand_to_edit(locked(provider), actor)
    if provider.kind != Kind.LDAP:
        raise NotFound
    found = Directory.objects.select_for_update(no_key=True).filter(provider=provider).first()
    directory = found or Directory(provider=provider)
    before = {name: getattr(directory, name) for name in values} if found else {}
    for name, check in _CHECKS.items():
        if name in values:
            _beside(name, check, values[name])
    for name, value in values.items():
        setattr(directory, name, value)
    _demand_password(directory, before, bind_password)
    _demand_same_people(directory, before)
    if bind_password:
        directory.bind_password = bind_password
    # Read with other words, the directory is read from the beginning.
    directory.fully_read_at = directory.changed_until = None
    directory.save()
    changed = [name for name in values if before.get(name) != values[name]]
    touch(
        provider,
        actor=actor,
        before={name: _shown(name, before.get(name)) for name in changed},
        after={name: _shown(name, values[name]) for name in changed}
        | ({"bind_password": "changed"} if bind_password else {}),
    )
    return directory


def read_ca(text: str) -> "list[Certificate]":
    """The certificates of a PEM file, none for ""; Refused where it holds anything else."""
    if not text.strip():
        return []
    # Here, as only a directory with an authority of its own needs it: X.509 takes 2 MB and 26 ms.
    from cryptography import x509

    try:
        if len(text) > LARGEST_CA or "PRIVATE KEY" in text:
            raise ValueError
        found = x509.load_pem_x509_certificates(text.encode())
        trusting(ca_text=text)
    except (ValueError, OSError):
        raise Refused(
            _("This is no certificate. It begins with -----BEGIN CERTIFICATE-----."),
            code="bad_certificate",
        ) from None
    return found


def _check_servers(servers: list[dict[str, Any]]) -> None:
    if not 1 <= len(servers) <= MOST_SERVERS:
        words = _("Name one server at least, and five at most.")
        raise Refused(words, code="bad_servers")
    for server in servers:
        host, port = server.get("host", ""), server.get("port", 0)
        is_host = _HOST.fullmatch(host) or (":" in host and _ADDRESS.fullmatch(host))
        if not is_host or not isinstance(port, int) or not 0 < port < 65536:
            words = _("“%(host)s” is no server. Write one on a line, such as dc1.example.com:636.")
            raise Refused(words % {"host": str(host)[:100]}, code="bad_servers")
        if server.get("security") not in Security.values:
            # There is no plain LDAP here: passwords would be read by whoever listens.
            raise Refused(_("A connection is encrypted by LDAPS or StartTLS."), code="bad_servers")


def _check_attribute(name: str) -> None:
    if not _ATTRIBUTE.fullmatch(name):
        raise Refused(_("This is no name of an attribute."), code="bad_attribute")


def _check_name(text: str) -> None:
    if not text.strip():
        raise Refused(_("This is needed."), code="required")


def _check_template(text: str) -> None:
    filters.check(text, is_template=True)


def _check_group_filter(text: str) -> None:
    if text:
        filters.check(text)


def _check_between(low: int, high: int) -> Callable[[int], None]:
    def check(value: int) -> None:
        if not low <= value <= high:
            words = _("This goes from %(low)d to %(high)d.") % {"low": low, "high": high}
            raise Refused(words, code="out_of_range")

    return check


_CHECKS: dict[str, Callable[[Any], object]] = {
    "servers": _check_servers,
    "ca": read_ca,
    "bind_name": _check_name,
    "base": _check_name,
    "people_filter": filters.check,
    "login_filter": _check_template,
    "group_filter": _check_group_filter,
    "subject_attribute": _check_attribute,
    "attempts": _check_between(1, 20),
    "pause": _check_between(1, 1440),
    "every": _check_between(5, 10_080),
    "full_every": _check_between(15, 10_080),
    "brake": _check_between(0, 100),
}


def _beside(name: str, check: Callable[[Any], object], value: Any) -> None:
    try:
        check(value)
    except Refused as refusal:
        words = str(refusal.detail)
        raise Refused(words, code=refusal.code, fields={name: [words]}) from None


def _demand_password(directory: Directory, before: dict[str, Any], password: str) -> None:
    if password:
        return
    goes_elsewhere = any(
        name in before and before[name] != getattr(directory, name) for name in _WHERE
    )
    if goes_elsewhere or not directory.bind_password:
        words = _(
            "Give the service account’s password again: it is about to be shown to another server."
        )
        if not directory.bind_password:
            words = _("Give the service account’s password.")
        raise Refused(words, code="password_needed", fields={"bind_password": [words]})


def _demand_same_people(directory: Directory, before: dict[str, Any]) -> None:
    """By another identifier everybody would be somebody else."""
    was = before.get("subject_attribute", directory.subject_attribute)
    if was.lower() == directory.subject_attribute.lower():
        return
    if directory.provider.identities.exists():
        words = _("People are known by it already. For another identifier set up a new provider.")
        raise Refused(words, code="in_use", fields={"subject_attribute": [words]})


def _shown(name: str, value: Any) -> Any:
    """As the trail keeps it."""
    if name == "ca" and value:
        return [one.subject.rfc4514_string() for one in read_ca(value)]
    return value
