"""What administrators set off that is one step for them and several for the slices below."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.selectors.decisions import Actor
from accounts.access.selectors.in_charge import administrators
from accounts.access.services import sign_out_everywhere
from accounts.access.services.people import demand_rank
from accounts.models import User
from accounts.organizations.models import Organization
from accounts.provider.models import ApiToken, TokenFamily
from accounts.provider.services import revoke_family
from accounts.provider.services.api_tokens import revoke_api_token
from accounts.sessions.models import Session
from accounts.sessions.services import end_session
from accounts.signin.services import send_reset_link
from accounts.standing import services as standing
from accounts.standing.models import Lockdown
from hubs.models import Hub, ReconnectToken
from hubs.tokens import new_epoch
from mago.audit.models import AuditEvent
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict
from mago.messaging.models import Status
from mago.messaging.selectors import messages
from mago.messaging.services import retry, send_mail
from mago.tls.models import State
from mago.tls.services import due_alarms

MOST_RETRIED = 500
BY_ADMINISTRATOR = "by an administrator"


def tell_of_reading(person: User, *, actor: Actor) -> None:
    """That somebody else's account is looked at, with its devices and addresses, is recorded."""
    if person.pk != actor.pk:
        record(Tag.PERSON_READ, actor=actor, target=person)


def tell_of_looking_for(person: UUID | None, *, actor: Actor) -> None:
    """That somebody's sessions were picked out of everybody's is recorded, too: they tell as much as their page."""
    if found := User.objects.filter(pk=person).first() if person else None:
        tell_of_reading(found, actor=actor)


def tell_of_search(
    filters: Mapping[str, Any], *, actor: Actor, organization: Organization | None = None
) -> None:
    """What somebody searched the trail for, or an organization's part of it, is recorded.

    A look at the newest events tells nothing about the reader, and leaves no trace.
    """
    if filters:
        record(
            Tag.AUDIT_SEARCHED,
            actor=actor,
            organization_id=organization.pk if organization else None,
            filters={name: str(value) for name, value in filters.items()},
        )


def tell_of_event(
    event: AuditEvent, *, actor: Actor, organization: Organization | None = None
) -> None:
    """That somebody read an event whole, in an organization's part of the trail or in all of it, is recorded."""
    record(
        Tag.AUDIT_EVENT_READ,
        actor=actor,
        target=event,
        organization_id=organization.pk if organization else None,
    )


@transaction.atomic
def send_reset(*, person: User, actor: User, reason: str = "") -> None:
    """A link to set a new password is on its way to the person.

    Conflict where it would not work; Forbidden for who holds less than the person does.
    """
    demand_rank(actor, person)
    if not person.is_active:
        raise Conflict(_("This account is disabled: enable it first."), code="account_disabled")
    record(
        Tag.PASSWORD_RESET_REQUESTED,
        actor=actor,
        target=person,
        email=person.email,
        reason=reason,
    )
    send_reset_link(person)


@transaction.atomic
def end_sessions_of(person: User, *, actor: User, reason: str = "") -> None:
    """The person is signed out of every browser and program, and is told by mail."""
    sign_out_everywhere(person, actor=actor, reason=reason or BY_ADMINISTRATOR)
    _tell(person, actor)


@transaction.atomic
def end_session_of(session: Session, *, actor: User) -> None:
    """The session is dead at its next request, and its person is told by mail."""
    assert session.user is not None
    end_session(session, actor=actor)
    _tell(session.user, actor, session.user_agent)


@transaction.atomic
def sign_program_out(family: TokenFamily, *, actor: User) -> None:
    """The program's tokens are dead at their next use, and its person is told by mail."""
    revoke_family(family, actor=actor, reason=BY_ADMINISTRATOR)
    _tell(family.user, actor, family.user_agent)


@transaction.atomic
def lock_down_person(*, person: User, reason: str, with_api_tokens: bool, actor: User) -> Lockdown:
    """As `standing.services.lock_down_person`; and who may hold secrets of programs, holds none that works."""
    lockdown = standing.lock_down_person(person=person, reason=reason, actor=actor)
    if with_api_tokens:
        tokens = ApiToken.objects.everywhere(reason="of whatever organizations they know secrets")
        made = tokens.filter(created_by=person, revoked_at=None)
        for token in made.select_related("service_account"):
            revoke_api_token(token=token, actor=actor, reason=reason)
    return lockdown


@transaction.atomic
def lock_down_organization(*, organization: Organization, reason: str, actor: User) -> Lockdown:
    """As `standing.services.lock_down_organization`; and its hubs have to sign in anew afterwards."""
    lockdown = standing.lock_down_organization(
        organization=organization, reason=reason, actor=actor
    )
    Hub.objects.of(organization).update(token_epoch=new_epoch())
    ReconnectToken.objects.filter(hub__organization=organization).delete()
    return lockdown


def _tell(person: User, actor: User, user_agent: str | None = None) -> None:
    """A mail about one session or program, by its `user_agent`, or about all; none about what one did oneself."""
    if person == actor:
        return
    one, browser = user_agent is not None, user_agent or ""
    context = {"name": str(person), "one": one, "browser": browser}
    send_mail(
        "sessions/ended_by_administrator",
        to=person.email,
        context=context,
        language=person.language,
    )


def retry_dead(*, actor: User) -> tuple[int, int]:
    """The newest dead messages wait again, at most MOST_RETRIED; how many do, and how many no longer can.

    Each is a step of its own, so that one that has changed meanwhile holds up no other.
    """
    dead = list(messages(Status.DEAD)[:MOST_RETRIED])
    retried = 0
    for message in dead:
        try:
            retry(message, actor=actor)
            retried += 1
        except Conflict:
            continue
    return retried, len(dead) - retried


@transaction.atomic
def tell_of_ending_certificates() -> None:
    """Administrators have a mail for each certificate that passed a mark unrenewed; one a mark."""
    for endpoint in due_alarms():
        assert endpoint.not_after is not None
        for administrator in administrators()[:20]:
            context = {
                "name": str(administrator),
                "endpoint": str(endpoint),
                "when": endpoint.not_after.isoformat(),
                "ended": endpoint.state == State.EXPIRED,
                "link": f"{settings.MAGO_BASE_URL}/admincenter/certificates/",
            }
            send_mail(
                "tls/certificate_ends",
                to=administrator.email,
                context=context,
                language=administrator.language,
            )
