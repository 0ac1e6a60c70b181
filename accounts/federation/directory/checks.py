"""A directory is tried step by step; each is green, red, or was not come to."""

from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.federation.enterprise.asserted import Asserted
from accounts.federation.enterprise.services import Check

from . import client
from .client import BindRefused, Cause, DirectoryFailed, Endpoint, Entry, Reason, Session, Target
from .models import Directory
from .people import attributes_for, subject_of
from .services.sign_in import assert_person, find_person
from .standing import standing_of

_REACH = frozenset({Reason.RESOLVE, Reason.NOT_ALLOWED, Reason.CONNECT, Reason.LOST})
_TLS = frozenset(
    {
        Reason.STARTTLS,
        Reason.UNTRUSTED,
        Reason.WRONG_HOST,
        Reason.EXPIRED,
        Reason.TLS,
        Reason.BAD_CA,
        Reason.BROKEN,
    }
)


def remedy(reason: Reason) -> str:
    """What to do about it; "" where the reason says it all."""
    words = {
        Reason.RESOLVE: _("Compare the name, and see that our server can look it up (DNS)."),
        Reason.NOT_ALLOWED: _(
            "An address inside your network must be in MAGO_FEDERATION_NETWORKS; who operates Mago sets it."
        ),
        Reason.CONNECT: _("See that a firewall lets our server reach this port."),
        Reason.LOST: _("See that the server is up, and that nothing between us cuts connections."),
        Reason.STARTTLS: _("Give the server a certificate, or use LDAPS on port 636."),
        Reason.UNTRUSTED: _("Upload the certificate of the CA that has issued the server’s."),
        Reason.WRONG_HOST: _("Write the server’s name exactly as its certificate has it."),
        Reason.EXPIRED: _("Give the server a new certificate."),
        Reason.TLS: _("Port 636 speaks LDAPS, port 389 StartTLS; the server must know TLS 1.2."),
        Reason.BROKEN: _("See that the port is one of an LDAP server."),
        Reason.SERVICE_REFUSED: _("Compare name and password; the account must not be locked."),
        Reason.NO_SUCH_BASE: _("Compare the name (DN); the account must be allowed to see it."),
        Reason.NOT_PERMITTED: _("Allow the service account to read there."),
        Reason.TOO_MANY: _("Allow paged searches beyond the size limit, or narrow the filter."),
        Reason.NO_PAGING: _("Allow the control of paged results (RFC 2696)."),
        Reason.REFERRAL: _("Name a server that holds all of it, such as a global catalog."),
    }
    return words.get(reason, "")


def of_servers(directory: Directory) -> list[Check]:
    """Each server is reached, believed, and takes the service account; not only the first one that answers."""
    return [check for endpoint in directory.endpoints for check in _of_server(directory, endpoint)]


def of_contents(directory: Directory) -> list[Check]:
    """There are people where they should be, with an identifier and an address; and groups."""
    steps = {
        _("There are people, with identifier and address"): _people,
        _("There are groups"): _groups,
    }
    return [_asked(directory, name, step) for name, step in steps.items()]


def of_person(
    directory: Directory, login: str, password: str
) -> tuple[list[Check], Asserted | None]:
    """Somebody is found, their password is right, and they are in these groups. What is told of them, where all is."""
    name = _("The person is found")
    later = [_("Their password is right"), _("Their groups are read")]
    found: list[Check] = []
    told: list[Asserted] = []

    def walk(session: Session) -> None:
        # From the beginning, as another server may be asked again.
        found.clear()
        told.clear()
        try:
            entry = find_person(session, directory, login)
        except BindRefused as refused:
            found.append(Check(name, False, str(refused.cause.label)))
            return
        if entry is None:
            found.append(Check(name, False, _("The filter finds nobody of that name.")))
            return
        found.append(_found(name, entry, directory))
        found.append(_bind(session, entry, password, later[0]))
        if found[-1].passed:
            told.append(assert_person(session, directory, entry))
            found.append(Check(later[1], True, "", "\n".join(told[0].groups)))

    try:
        client.ask(directory.target, walk)
    except DirectoryFailed as failed:
        found.append(_failed([name, *later][len(found)], failed))
    missing = [Check(one, None) for one in [name, *later][len(found) :]]
    return found + missing, told[0] if told else None


def _of_server(directory: Directory, endpoint: Endpoint) -> list[Check]:
    names = [
        _("%(server)s is reached") % {"server": endpoint},
        _("%(server)s proves who it is, encrypted") % {"server": endpoint},
        _("%(server)s takes the service account") % {"server": endpoint},
    ]
    whole = directory.target
    target = Target((endpoint,), whole.name, whole.password, whole.ca)
    try:
        with client.open_session(target, endpoint, longest=client.LONGEST):
            return [Check(name, True) for name in names]
    except DirectoryFailed as failed:
        step = 0 if failed.reason in _REACH else 1 if failed.reason in _TLS else 2
        good = [Check(name, True) for name in names[:step]]
        return [*good, _failed(names[step], failed), *(Check(n, None) for n in names[step + 1 :])]


def _asked(
    directory: Directory, name: str, step: Callable[[str, Session, Directory], Check]
) -> Check:
    try:
        return client.ask(directory.target, lambda session: step(name, session, directory))
    except DirectoryFailed as failed:
        return _failed(name, failed)


def _people(name: str, session: Session, directory: Directory) -> Check:
    wanted = attributes_for(directory.subject_attribute, directory.provider.attribute_mapping)
    # The first of the first page: there may be many more.
    found = session.search(directory.base, directory.people_filter, wanted, most=client.PAGE_SIZE)
    first = next(found, None)
    if first is None:
        return Check(name, False, _("The filter finds nobody there."), directory.people_filter)
    return _found(name, first, directory)


def _groups(name: str, session: Session, directory: Directory) -> Check:
    settings = directory.groups
    if not settings.base:
        return Check(name, None, _("None are read: no place of groups was given."))
    found = session.search(settings.base, settings.filter, ("cn",), most=client.PAGE_SIZE)
    first = next(found, None)
    if first is None:
        return Check(name, False, _("The filter finds none there."), settings.filter)
    return Check(name, True, "", first.dn)


def _found(name: str, entry: Entry, directory: Directory) -> Check:
    if not subject_of(entry, directory.subject_attribute):
        words = _("The entry has no %(attribute)s that can be read.")
        return Check(name, False, words % {"attribute": directory.subject_attribute}, _shown(entry))
    return Check(name, True, "", _shown(entry))


def _bind(session: Session, entry: Entry, password: str, name: str) -> Check:
    standing = standing_of(entry, timezone.now())
    try:
        session.bind(entry.dn, password)
    except BindRefused as refused:
        return Check(name, False, str(refused.cause.label), refused.detail)
    if standing.is_out:
        return Check(name, False, str(Cause.DISABLED.label), str(standing))
    return Check(name, True)


def _failed(name: str, failed: DirectoryFailed) -> Check:
    words = f"{failed.reason.label} {remedy(failed.reason)}".strip()
    return Check(name, False, words, f"{failed.server} {failed.detail}".strip())


def _shown(entry: Entry) -> str:
    """An entry as LDIF would show it; only what was asked for is in it."""
    lines = [f"dn: {entry.dn}"]
    for name in sorted(entry.attributes):
        texts = entry.texts(name)
        lines += [f"{name}: {value[:200]}" for value in texts[:20]]
        if not texts:
            lines += [f"{name}:: {value.hex()[:200]}" for value in entry.values(name)[:20]]
    return "\n".join(lines)
