"""What hangs on a provider's word ends with it: one session, all of a person, all of the provider."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from accounts.access.principals import forget
from accounts.access.services import sign_out_everywhere
from accounts.sessions.models import Session
from accounts.sessions.pipeline import NothingPending
from mago.audit.services import record
from mago.audit.tags import Tag

from ..models import EnterpriseIdentity, IdentityProvider, ProviderSession
from ..selectors import is_open


@transaction.atomic
def end_sessions_of(
    provider: IdentityProvider,
    subject: str,
    session_index: str | None = None,
    *,
    issuer: str | None = None,
    reason: str = "single logout",
) -> int:
    """The provider has signed somebody out: how many people, or sessions, that ended here.

    Without `session_index` every session and every token of the person is void, whatever opened it; with it
    those sessions that the provider names so, and the tokens that were granted in them. Nothing of anybody
    who came by another provider, whatever they are called there.
    """
    if session_index:
        return _end(_sessions_at(provider, subject, issuer, session_index), reason)
    who = EnterpriseIdentity.objects.filter(provider=provider, subject=subject)
    if issuer is not None:
        who = who.filter(issuer=issuer)
    people = {one.user for one in who.select_related("user") if one.subject == subject}
    for user in people:
        sign_out_everywhere(user, actor=None, reason=reason)
    return len(people)


@transaction.atomic
def end_session_index(provider: IdentityProvider, session_index: str, *, reason: str) -> int:
    """As `end_sessions_of`, where the provider names only its session (OpenID Connect Back-Channel Logout, `sid`)."""
    mine = ProviderSession.objects.filter(provider=provider, session_index=session_index)
    return _end([row.session_id for row in mine if row.session_index == session_index], reason)


@transaction.atomic
def end_sessions_by(provider: IdentityProvider, *, reason: str) -> int:
    """Every session that was opened by the provider's word is over, and every token granted in one."""
    rows = ProviderSession.objects.filter(provider=provider)
    return _end(list(rows.values_list("session_id", flat=True)), reason)


def note_session(session: Session | None, vouched: dict[str, Any]) -> None:
    """The session that has just been opened hangs on the provider that vouched for its person.

    In the transaction that opens it. NothingPending where the provider was closed, or the identity ended,
    while the person was still asked something.
    """
    key = UUID(vouched["identity"])
    found = EnterpriseIdentity.objects.select_related("provider").filter(pk=key, ended_at=None)
    identity = found.first()
    if identity is None or not is_open(identity.provider):
        raise NothingPending
    if session is None:
        return
    ProviderSession.objects.create(
        session_id=session.id,
        provider=identity.provider,
        issuer=identity.issuer,
        subject=identity.subject,
        session_index=vouched["session_index"],
        context=vouched["context"],
    )


def purge() -> None:
    """Nothing is kept of sessions that are over."""
    live = Session.objects.filter(expire_date__gt=timezone.now()).values("id")
    ProviderSession.objects.exclude(session_id__in=live).delete()


def _sessions_at(
    provider: IdentityProvider, subject: str, issuer: str | None, session_index: str
) -> list[UUID]:
    rows = ProviderSession.objects.filter(
        provider=provider, subject=subject, session_index=session_index
    )
    if issuer is not None:
        rows = rows.filter(issuer=issuer)
    exactly = (subject, session_index)
    return [row.session_id for row in rows if (row.subject, row.session_index) == exactly]


def _end(session_ids: Iterable[UUID], reason: str) -> int:
    keys, now = list(session_ids), timezone.now()
    ended = list(Session.objects.filter(id__in=keys).select_related("user").defer("session_data"))
    Session.objects.filter(id__in=keys).delete()
    ProviderSession.objects.filter(session_id__in=keys).delete()
    _revoke_granted_in(keys, now)
    forget()
    for session in ended:
        record(Tag.SESSION_ENDED, target=session.user, session=str(session.id), reason=reason)
    return len(ended)


def _revoke_granted_in(session_ids: list[UUID], now: datetime) -> None:
    """Tokens lie above sessions; of what was granted in one, applications may keep nothing."""
    families: Any = apps.get_model("provider", "TokenFamily")
    families.objects.filter(session_id__in=session_ids, revoked_at=None).update(revoked_at=now)
