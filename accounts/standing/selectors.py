"""Reading who is shut out, and why."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.models import Membership
from accounts.access.selectors.in_charge import administers
from accounts.models import User
from accounts.organizations.models import Organization
from mago.core.errors import NotFound
from mago.core.sql import Statement

from .models import Deletion, Lockdown

# By hand, as each sign-in asks it.
_lockdown_of_theirs = Statement(
    f"SELECT o.name FROM {Membership._meta.db_table} m"  # noqa: S608 - our own names
    f" JOIN {Lockdown._meta.db_table} l ON l.organization_id = m.organization_id AND l.lifted_at IS NULL"
    f" JOIN {Organization._meta.db_table} o ON o.id = m.organization_id"
    " WHERE m.user_id = %s ORDER BY l.id LIMIT 1"
)


def lockdowns(*, lifted: bool = False) -> QuerySet[Lockdown]:
    """Those in force, or those that were lifted; the newest first."""
    beside = ("person", "organization", "started_by", "lifted_by")
    return Lockdown.objects.filter(lifted_at__isnull=not lifted).select_related(*beside)


def lockdown_for(key: UUID) -> Lockdown:
    """The lockdown with this key, in force or lifted, or NotFound."""
    found = Lockdown.objects.filter(pk=key).first()
    if found is None:
        raise NotFound
    return found


def lockdown_of(*, person: Any = None, organization: Any = None) -> Lockdown | None:
    """The one in force."""
    found = Lockdown.objects.filter(person=person, organization=organization, lifted_at=None)
    return found.select_related("started_by").first()


def deletions() -> QuerySet[Deletion]:
    return Deletion.objects.select_related("person", "deleted_by")


def deletion_of(person: User) -> Deletion | None:
    return deletions().filter(person=person).first()


def overdue() -> QuerySet[Deletion]:
    """What has lain there for its time."""
    return Deletion.objects.filter(purge_at__lte=timezone.now()).order_by("purge_at")


def why_shut_out(user: User) -> tuple[str, str] | None:
    """A code and words for somebody who has proved who they are and is not let in all the same; None who is.

    A lockdown of an organization shuts out all of its members but who administers the platform.
    """
    if not user.is_active:
        return _why_inactive(user)
    found = _lockdown_of_theirs.run([user.pk])
    if found is None or administers(user):
        return None
    words = _(
        "%(organization)s was locked down for its security: for now, nobody in it can sign in. Your administrators "
        "know, and will lift it."
    )
    return "organization_locked_down", words % {"organization": found[0]}


def _why_inactive(user: User) -> tuple[str, str]:
    if Deletion.objects.filter(person=user).exists():
        words = _(
            "This account was deleted. Until it is erased, your administrator can restore it."
        )
        return "account_deleted", words
    if Lockdown.objects.filter(person=user, lifted_at=None).exists():
        words = _(
            "This account was locked down for its security. Nobody can use it until an administrator lifts that: "
            "ask yours."
        )
        return "account_locked_down", words
    return "account_disabled", _("This account is disabled. Ask your administrator to enable it.")
