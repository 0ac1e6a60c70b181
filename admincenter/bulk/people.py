"""People who are disabled, enabled, signed out or sent a reset, many at once."""

from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.models import RoleBinding
from accounts.access.permissions import Permission
from accounts.access.selectors.bindings import outranks
from accounts.access.services import set_active
from accounts.models import User
from accounts.standing.models import Deletion, Lockdown
from accounts.standing.selectors import deletion_of
from accounts.standing.services import delete_person, restore_person
from mago.audit.tags import Tag
from mago.jobs.models import Item

from .. import services
from ..forms import PeopleFilters
from ..keyset import Listing
from ..selectors.people import find_people
from .platform import OfPlatform
from .rows import RowsWork, not_to_oneself


class People(OfPlatform):
    page, reads = "people", Permission.PEOPLE_READ
    form_class = PeopleFilters

    def find(self, **chosen: Any) -> Listing:
        return find_people(**chosen, whole=True)

    def all(self) -> QuerySet[User]:
        return User.objects.order_by("email")

    def label(self, row: User) -> str:
        return row.email

    def prepare(self, rows: list[User]) -> None:
        """Only who holds a role anywhere can hold more than the actor."""
        bindings = RoleBinding.objects.filter(user__in=[person.pk for person in rows])
        ranked = set(bindings.values_list("user", flat=True).distinct())
        shut_out = set(Deletion.objects.filter(person__in=rows).values_list("person", flat=True))
        lockdowns = Lockdown.objects.filter(person__in=rows, lifted_at=None)
        shut_out |= set(lockdowns.values_list("person", flat=True))
        found: list[Any] = rows
        for person in found:
            person.is_ranked = person.pk in ranked
            person.is_shut_out = person.pk in shut_out


class PeopleWork(RowsWork):
    rows = People

    @classmethod
    def spared(cls, row: User, actor: User) -> str | Promise:
        if why := cls.is_so(row):
            return why
        if row.pk == actor.pk:
            return not_to_oneself()
        if getattr(row, "is_ranked", True) and not outranks(actor, row):
            return _("This person may do things that you may not. Ask somebody who may.")
        return ""

    @classmethod
    def is_so(cls, person: User) -> str | Promise:
        """Why nothing is left to be done about somebody; nothing, where something is."""
        return ""


class _ToTheActive(PeopleWork):
    @classmethod
    def is_so(cls, person: User) -> str | Promise:
        return "" if person.is_active else _("This account is disabled.")


class Disable(_ToTheActive):
    changes = (Tag.PERSON_DISABLED, Tag.PERSON_ENABLED)
    kind, permission = "people.disable", Permission.PEOPLE_DISABLE
    title = gettext_lazy("Disable people")
    undone_by = "people.enable"

    def act(self, row: User, item: Item) -> None:
        set_active(user=row, active=False, actor=self.actor, reason=self.reason)


class Enable(PeopleWork):
    changes = Disable.changes
    kind, permission = "people.enable", Permission.PEOPLE_DISABLE
    title = gettext_lazy("Enable people")
    undone_by = "people.disable"

    @classmethod
    def is_so(cls, person: User) -> str | Promise:
        if person.is_active:
            return _("This account is enabled already.")
        if getattr(person, "is_shut_out", False):
            return _("This account was locked down or deleted: lift that, or restore it.")
        return ""

    def act(self, row: User, item: Item) -> None:
        set_active(user=row, active=True, actor=self.actor, reason=self.reason)


class EndSessions(PeopleWork):
    kind, permission = "people.end_sessions", Permission.SESSIONS_END
    title = gettext_lazy("Sign people out everywhere")

    def act(self, row: User, item: Item) -> None:
        services.end_sessions_of(row, actor=self.actor, reason=self.reason)


class SendReset(_ToTheActive):
    kind, permission = "people.send_reset", Permission.PEOPLE_RESET_PASSWORD
    title = gettext_lazy("Send password resets")

    def act(self, row: User, item: Item) -> None:
        services.send_reset(person=row, actor=self.actor, reason=self.reason)


class Delete(PeopleWork):
    changes = (Tag.PERSON_DELETED, Tag.PERSON_RESTORED)
    kind, permission = "people.delete", Permission.PEOPLE_DELETE
    title = gettext_lazy("Delete people into the recycle bin")
    undone_by = "people.restore"

    @classmethod
    def is_so(cls, person: User) -> str | Promise:
        return _("This person lies in the recycle bin already.") if _is_deleted(person) else ""

    def act(self, row: User, item: Item) -> None:
        delete_person(person=row, reason=self.reason, actor=self.actor)


class Restore(PeopleWork):
    changes = Delete.changes
    kind, permission = "people.restore", Permission.PEOPLE_DELETE
    title = gettext_lazy("Restore people from the recycle bin")
    undone_by = "people.delete"

    @classmethod
    def is_so(cls, person: User) -> str | Promise:
        return "" if _is_deleted(person) else _("This person does not lie in the recycle bin.")

    def act(self, row: User, item: Item) -> None:
        restore_person(person=row, actor=self.actor)


def _is_deleted(person: User) -> bool:
    # A list of people brings it along.
    known: bool | None = getattr(person, "is_deleted", None)
    return deletion_of(person) is not None if known is None else known


# What does least harm comes first, as it is what is chosen when nobody has chosen.
People.kinds = (EndSessions, SendReset, Enable, Disable, Restore, Delete)
