"""People and organizations are shut out at once, and let in again."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.models import Membership, RoleBinding
from accounts.access.permissions import Permission
from accounts.access.principals import forget
from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.selectors.in_charge import administering, administrators, owners_of
from accounts.access.services.demands import demand_permission, in_good_hands
from accounts.access.services.people import demand_rank
from accounts.models import User
from accounts.organizations.models import Organization
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict
from mago.messaging.services import send_mail

from .models import Deletion, Lockdown
from .selectors import deletion_of

MOST_TOLD = 50


@transaction.atomic
def lock_down_person(*, person: User, reason: str, actor: User) -> Lockdown:
    """The person is out of everything at the next request and cannot sign in, until it is lifted.

    They and the other administrators are told. Forbidden for who holds less than the person does; Conflict for
    oneself, the last administrator, and where it is so already.
    """
    _demand_another(actor, person)
    demand_permission(actor, Permission.LOCKDOWNS_EDIT)
    with _shutting_out(person, actor) as (row, was_active):
        lockdown = _start(person=row, reason=reason, was_active=was_active, actor=actor)
    record(Tag.PERSON_LOCKED_DOWN, actor=actor, target=row, reason=reason)
    _tell_administrators(lockdown, person.email, actor=actor)
    tell(row, "locked_down")
    return lockdown


@transaction.atomic
def lock_down_organization(*, organization: Organization, reason: str, actor: User) -> Lockdown:
    """Nobody in the organization can sign in, and no program or hub of it is served, until it is lifted.

    All its members are signed out everywhere, but `actor` and who administers the platform. Its owners and
    the other administrators are told. Conflict where it is so already.
    """
    demand_permission(actor, Permission.LOCKDOWNS_EDIT)
    row = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    lockdown = _start(organization=row, reason=reason, was_active=row.is_active, actor=actor)
    row.is_active = organization.is_active = False
    row.save(update_fields=["is_active"])
    spared = administering().order_by().values("user")
    members = Membership.objects.of(row).exclude(user__in=spared).exclude(user=actor)
    User.objects.filter(pk__in=members.values("user")).update(signed_out_at=timezone.now())
    forget()
    record(
        Tag.ORGANIZATION_LOCKED_DOWN,
        actor=actor,
        target=row,
        organization_id=row.pk,
        reason=reason,
    )
    _tell_administrators(lockdown, row.name, actor=actor)
    for owner in owners_of(row.pk).exclude(pk=actor.pk)[:MOST_TOLD]:
        tell(owner, "organization_locked_down", what=row.name)
    return lockdown


@transaction.atomic
def lift_lockdown(*, lockdown: Lockdown, reason: str, actor: User) -> None:
    """Things are as they were before it; what was ended stays ended. Conflict where it was lifted already."""
    demand_permission(actor, Permission.LOCKDOWNS_EDIT)
    _lock_whom(lockdown)
    row = Lockdown.objects.select_for_update(no_key=True, of=("self",)).get(pk=lockdown.pk)
    if row.lifted_at is not None:
        raise Conflict(_("This was lifted already."), code="already_lifted")
    row.lifted_at, row.lifted_by, row.lifted_because = timezone.now(), actor, reason
    row.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])
    if row.person is not None and row.person_id is not None:
        if row.person_id == actor.pk:
            raise Conflict(_("Somebody else has to lift this."), code="self")
        demand_rank(actor, row.person)
        binned = deletion_of(row.person)
        if binned is None:
            User.objects.filter(pk=row.person_id).update(is_active=row.was_active)
        else:
            Deletion.objects.filter(pk=binned.pk).update(was_active=row.was_active)
        record(Tag.PERSON_LOCKDOWN_LIFTED, actor=actor, target=row.person, reason=reason)
        if row.was_active:
            tell(row.person, "lifted")
    else:
        assert row.organization is not None and row.organization_id is not None  # noqa: PT018
        Organization.objects.filter(pk=row.organization_id).update(is_active=row.was_active)
        record(
            Tag.ORGANIZATION_LOCKDOWN_LIFTED,
            actor=actor,
            target=row.organization,
            organization_id=row.organization_id,
            reason=reason,
        )
        for owner in owners_of(row.organization.pk).exclude(pk=actor.pk)[:MOST_TOLD]:
            tell(owner, "organization_lifted", what=row.organization.name)
    forget()


@transaction.atomic
def delete_person(*, person: User, reason: str, actor: User) -> Deletion:
    """The person lies in the recycle bin: out of everything, memberships and roles asleep, the address taken still.

    Forbidden for who holds less than the person does; Conflict for oneself, the last administrator, and who lies there.
    """
    _demand_another(actor, person)
    demand_permission(actor, Permission.PEOPLE_DELETE)
    return _delete(person, reason=reason, actor=actor)


def _demand_another(actor: User, person: User) -> None:
    if person.pk == actor.pk:
        raise Conflict(_("You cannot do this to yourself. Ask another administrator."), code="self")


def _delete(person: User, *, reason: str, actor: User) -> Deletion:
    now = timezone.now()
    with _shutting_out(person, actor) as (row, was_active):
        try:
            with transaction.atomic():
                deletion = Deletion.objects.create(
                    person=row,
                    reason=reason,
                    was_active=was_active,
                    deleted_at=now,
                    deleted_by=actor,
                    purge_at=now + timedelta(days=settings.RECYCLE_BIN_DAYS),
                )
        except IntegrityError:
            words = _("This person lies in the recycle bin already.")
            raise Conflict(words, code="already_deleted") from None
    record(Tag.PERSON_DELETED, actor=actor, target=row, reason=reason)
    tell(row, "deleted", when=deletion.purge_at.isoformat())
    return deletion


@transaction.atomic
def restore_person(*, person: User, actor: User) -> None:
    """The person is as before: signs in again, and holds what they held. Conflict where they do not lie there."""
    demand_permission(actor, Permission.PEOPLE_DELETE)
    demand_rank(actor, person)
    _locked(person.pk)
    deletion = Deletion.objects.select_for_update(no_key=True).filter(person=person).first()
    if deletion is None:
        raise Conflict(_("This person does not lie in the recycle bin."), code="not_deleted")
    locked = Lockdown.objects.filter(person=person, lifted_at=None)
    if not locked.update(was_active=deletion.was_active):
        User.objects.filter(pk=person.pk).update(is_active=deletion.was_active)
    deletion.delete()
    forget()
    record(Tag.PERSON_RESTORED, actor=actor, target=person)
    tell(person, "restored")


@transaction.atomic
def delete_own_account(*, person: User) -> Deletion:
    """As `delete_person`, by the person themselves. Conflict for the last administrator, and a last owner."""
    owned = RoleBinding.objects.filter(
        user=person, role=RoleName.ORGANIZATION_OWNER, organization__isnull=False, site=None
    )
    with ExitStack() as hands:
        for binding in owned.order_by("organization_id"):
            hands.enter_context(in_good_hands(binding.scope))
        return _delete(person, reason="", actor=person)


@contextmanager
def _shutting_out(person: User, actor: User) -> Iterator[tuple[User, bool]]:
    """The person's row, locked, and whether they were active; afterwards they are not, and are signed out.

    Who was shut out by something else before counts as they were before that.
    """
    if person.pk != actor.pk:
        demand_rank(actor, person)
    with in_good_hands(PLATFORM):
        row = _locked(person.pk)
        earlier: Any = Lockdown.objects.filter(person=row, lifted_at=None).first()
        earlier = earlier or Deletion.objects.filter(person=row).first()
        yield row, earlier.was_active if earlier else row.is_active
        row.is_active, row.signed_out_at = False, timezone.now()
        row.save(update_fields=["is_active", "signed_out_at"])
    forget()


def _locked(person_id: UUID) -> User:
    """The person's row, before anything else of theirs: what shuts them out and what lets them in take turns.

    Else each would see the other's not yet, and somebody would be let in who is still shut out. Gone is Conflict.
    """
    row = User.objects.select_for_update(no_key=True).filter(pk=person_id).first()
    if row is None:
        raise Conflict(_("This account does not exist any more."), code="gone")
    return row


def _lock_whom(lockdown: Lockdown) -> None:
    """As `_locked`, of the person or the organization that is locked down."""
    if lockdown.person_id is not None:
        _locked(lockdown.person_id)
    elif lockdown.organization_id is not None:
        Organization.objects.select_for_update(no_key=True).get(pk=lockdown.organization_id)


def _start(*, reason: str, was_active: bool, actor: User, **what: Any) -> Lockdown:
    try:
        with transaction.atomic():
            return Lockdown.objects.create(
                **what,
                reason=reason,
                was_active=was_active,
                started_at=timezone.now(),
                started_by=actor,
            )
    except IntegrityError:
        raise Conflict(_("This is locked down already."), code="already_locked_down") from None


def tell(person: User, kind: str, **context: Any) -> None:
    """A mail about what became of their own account or organization; templates/mail/standing/told.txt has the kinds."""
    send_mail(
        "standing/told",
        to=person.email,
        context={"name": str(person), "kind": kind, **context},
        language=person.language,
    )


def _tell_administrators(lockdown: Lockdown, what: str, *, actor: User) -> None:
    for administrator in administrators().exclude(pk=actor.pk)[:MOST_TOLD]:
        context = {
            "name": str(administrator),
            "what": what,
            "by": str(actor),
            "reason": lockdown.reason,
            "link": f"{settings.MAGO_BASE_URL}/admincenter/lockdowns/",
        }
        send_mail(
            "standing/locked_down",
            to=administrator.email,
            context=context,
            language=administrator.language,
        )
