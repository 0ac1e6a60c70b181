"""A person's password is shown to their directory. Wrong, unknown, disabled and locked look alike from outside."""

from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.federation.enterprise.asserted import Asserted
from accounts.federation.enterprise.models import IdentityProvider
from accounts.federation.enterprise.selectors import identity_of
from accounts.federation.enterprise.services import demand_open, let_go
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Busy, Refused, TooMany
from mago.core.http import network_of
from mago.core.ids import new_secret
from mago.core.ratelimit import Limit, Taken, give_back

from .. import client, filters, limits
from ..client import BindRefused, Cause, DirectoryFailed, Entry, Reason, Session
from ..groups import groups_of
from ..models import Directory
from ..names import normal
from ..people import asserted_of, attributes_for, issuer_of, subject_of
from ..selectors import directory_of
from ..standing import standing_of

LONGEST_LOGIN = 254
LONGEST_PASSWORD = 1024


class WrongCredentials(Refused):
    """The same words whatever the directory said; the trail has the rest."""

    status = 401
    code = "invalid_credentials"
    detail = gettext_lazy(
        "That name and password do not match. Use those of your organization’s directory."
    )


class DirectoryDown(Refused):
    """Nothing was tried."""

    status = 503
    code = "directory_unavailable"
    detail = gettext_lazy(
        "Your organization’s directory does not answer at the moment. Try again in a few minutes."
    )
    retry_after = 30


def check_password(
    *, provider: IdentityProvider, login: str, password: str, browser: str = ""
) -> Asserted:
    """Whom the directory knows by this name and password. WrongCredentials, TooMany, Busy or DirectoryDown.

    Limits come before the directory is asked. `browser` names one in which this person has signed in before:
    what strangers do does not hold it back.
    """
    demand_open(provider)
    directory, login = directory_of(provider), login.strip()
    if not _can_be_right(login, password):
        raise _wrong(provider, login, "an empty or impossible name or password")
    attempt = _Attempt(directory, login, browser)
    attempt.begin()
    try:
        with limits.lane(directory):
            asserted = client.ask(directory.target, lambda s: _prove(s, attempt, password))
    except (Busy, DirectoryFailed) as failed:
        # Nothing was tried, or nobody knows: an outage must not lock anybody out.
        give_back(attempt.taken)
        if isinstance(failed, Busy):
            raise
        _note_outage(provider, failed)
        raise DirectoryDown from None
    except BindRefused as refused:
        raise _wrong(provider, login, refused.cause.value, refused.detail) from None
    except _Shut as shut:
        _let_go(provider, directory, shut.subject, shut.why)
        raise _wrong(provider, login, shut.why) from None
    give_back(attempt.taken)
    return asserted


class _Attempt:
    """What one password counts for, before it is tried: for the network, for what was typed, and for whoever that is."""

    def __init__(self, directory: Directory, login: str, browser: str) -> None:
        self.directory, self.login, self._browser = directory, login, browser
        self.taken: Taken = []

    def begin(self) -> None:
        if not self._browser:
            self._take(limits.NETWORK, network_of(caller().address))
        self._take_account(f"name {self.login.casefold()}")

    def found(self, entry: Entry) -> None:
        """One person has several names; by which they are guessed at makes no difference."""
        self._take_account(f"entry {normal(entry.dn)}")

    def _take_account(self, account: str) -> None:
        limit = limits.of_account(self.directory)
        self._take(limit, str(self.directory.pk), account, self._browser)

    def _take(self, limit: Limit, *key: str) -> None:
        if (limit, key) in self.taken:
            return  # Another server is asked about the same attempt.
        try:
            limit.take(*key)
        except TooMany:
            give_back(self.taken)
            record(
                Tag.SIGN_IN_LIMITED,
                outcome=Outcome.REFUSED,
                organization_id=self.directory.provider.organization_id,
                limit=limit.name,
                email=self.login,
            )
            raise
        self.taken.append((limit, key))


class _Shut(Exception):
    """The directory shuts the person out, by what it says of them."""

    def __init__(self, subject: str, why: str) -> None:
        super().__init__(why)
        self.subject, self.why = subject, why


def _can_be_right(login: str, password: str) -> bool:
    """An empty password would be an anonymous bind, which succeeds (RFC 4513 section 5.1.2); so would one that begins with NUL at some servers."""
    return (
        0 < len(login) <= LONGEST_LOGIN
        and 0 < len(password) <= LONGEST_PASSWORD
        and "\0" not in login + password
    )


def _prove(session: Session, attempt: _Attempt, password: str) -> Asserted:
    """Found, once, with the right password, and let in."""
    directory = attempt.directory
    entry = find_person(session, directory, attempt.login)
    if entry is None:
        # So that an unknown name takes a bind's time, too; nobody has this one.
        session.bind(f"cn={new_secret()},{directory.base}", password)
        raise BindRefused
    attempt.found(entry)
    standing = standing_of(entry, timezone.now())
    try:
        session.bind(entry.dn, password)
    finally:
        # It is so whatever the password was.
        if standing.is_out:
            subject = subject_of(entry, directory.subject_attribute)
            raise _Shut(subject, f"{standing} in the directory")
    return assert_person(session, directory, entry)


def find_person(session: Session, directory: Directory, login: str) -> Entry | None:
    """The one entry of that name; None for none. BindRefused for more than one: nobody is let in by a guess."""
    asked = filters.both(directory.people_filter, filters.for_login(directory.login_filter, login))
    wanted = attributes_for(directory.subject_attribute, directory.provider.attribute_mapping)
    try:
        return next(iter(list(session.search(directory.base, asked, wanted, most=1))), None)
    except DirectoryFailed as failed:
        if failed.reason != Reason.TOO_MANY:
            raise
        raise BindRefused(Cause.AMBIGUOUS) from None


def assert_person(session: Session, directory: Directory, entry: Entry) -> Asserted:
    """What the directory says of somebody, with their groups."""
    return asserted_of(
        entry,
        subject=directory.subject_attribute,
        chosen=directory.provider.attribute_mapping,
        groups=groups_of(session, entry, directory.groups),
    )


def _wrong(
    provider: IdentityProvider, login: str, cause: str, detail: str = ""
) -> WrongCredentials:
    record(
        Tag.SIGN_IN_FAILED,
        outcome=Outcome.FAILURE,
        organization_id=provider.organization_id,
        method=provider.kind,
        provider=provider.name,
        email=login[:LONGEST_LOGIN],
        cause=cause,
        said=detail,
    )
    return WrongCredentials()


def _note_outage(provider: IdentityProvider, failed: DirectoryFailed) -> None:
    """The trail tells of an outage now and then, however many knock."""
    if limits.OUTAGE_TOLD.try_take(str(provider.pk)) > 0:
        return
    record(
        Tag.DIRECTORY_FAILED,
        target=provider,
        outcome=Outcome.FAILURE,
        organization_id=provider.organization_id,
        reason=failed.reason.value,
        server=failed.server,
        detail=failed.detail,
    )


def _let_go(provider: IdentityProvider, directory: Directory, subject: str, why: str) -> None:
    """Who was known here is out at once, without waiting for the next sync."""
    identity = identity_of(provider, issuer_of(directory.subject_attribute), subject)
    if identity is not None and identity.ended_at is None:
        let_go(identity, reason=why)
