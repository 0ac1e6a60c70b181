"""What there is of a person. Most have few of the many kinds of things that their page shows: which, is asked in one statement."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model

from accounts.access.models import Membership, RoleBinding
from accounts.federation.enterprise.models import EnterpriseIdentity
from accounts.federation.enterprise.selectors import identities_of as known_by
from accounts.federation.models import ExternalIdentity
from accounts.federation.selectors import identities_of as linked_to
from accounts.mfa.models import (
    EmailDevice,
    Passkey,
    RecoveryRequest,
    SmsDevice,
    TotpDevice,
    TrustedBrowser,
    model_of,
)
from accounts.mfa.selectors import SECOND_FACTORS, factors_of, open_request, trusted_browsers_of
from accounts.models import User
from accounts.privacy.models import DataRequest
from accounts.privacy.selectors import copies_asked_by
from accounts.provider.models import TokenFamily
from accounts.provider.selectors import families_of
from accounts.sessions.models import Session
from accounts.sessions.selectors import sessions_of
from accounts.standing.models import Deletion, Lockdown
from accounts.standing.selectors import deletion_of, lockdown_of
from mago.core.sql import Statement

from .people import memberships_of, roles_of

MOST_SHOWN, COPIES = 50, 3

_OF_USER: tuple[type[Model], ...] = (
    EmailDevice, EnterpriseIdentity, ExternalIdentity, Membership, Passkey, RoleBinding, Session,
    SmsDevice, TokenFamily, TotpDevice, TrustedBrowser,
)  # fmt: skip
_OF_PERSON: tuple[type[Model], ...] = (DataRequest, Deletion, Lockdown, RecoveryRequest)
# Kinds, and the column that names whose it is.
_THEIRS = dict.fromkeys(_OF_USER, "user_id") | dict.fromkeys(_OF_PERSON, "person_id")
# ruff: noqa: S608 - the names in this statement are our own
_ASKED = Statement(
    "SELECT "
    + ", ".join(
        f"EXISTS (SELECT 1 FROM {model._meta.db_table} WHERE {column} = %s)"
        for model, column in _THEIRS.items()
    )
)


def holdings_of(person: User, *, asker: User) -> dict[str, Any]:
    """What templates/admincenter/people/person.html shows of somebody; `copies` of their data are those that `asker` asked for."""
    there = _kinds_held_by(person)

    def some(kind: type[Model], find: Callable[[User], Any]) -> Any:
        return find(person)[:MOST_SHOWN] if kind in there else []

    return {
        "lockdown": lockdown_of(person=person) if Lockdown in there else None,
        "deletion": deletion_of(person) if Deletion in there else None,
        "copies": some(DataRequest, lambda _: copies_asked_by(asker.pk, person.pk)[:COPIES]),
        "roles": some(RoleBinding, roles_of),
        "factors": factors_of(person, [kind for kind in SECOND_FACTORS if model_of(kind) in there]),
        "memberships": some(Membership, memberships_of),
        "identities": [*some(ExternalIdentity, linked_to), *some(EnterpriseIdentity, known_by)],
        "browsers": some(TrustedBrowser, trusted_browsers_of),
        "recovery_request": open_request(person) if RecoveryRequest in there else None,
        "sessions": some(Session, sessions_of),
        "programs": some(TokenFamily, families_of),
    }


def _kinds_held_by(person: User) -> frozenset[type[Model]]:
    """The kinds of which there is something of theirs, whether or not it counts still; of others nothing need be read."""
    there = _ASKED.run([person.pk] * len(_THEIRS))
    return frozenset(model for model, some in zip(_THEIRS, there, strict=True) if some)
