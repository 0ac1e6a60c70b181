"""People who are disabled, enabled, signed out or sent a reset, many at once."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.models import RoleBinding
from accounts.access.permissions import Permission
from accounts.access.selectors.bindings import outranks
from accounts.access.services import demand_permission, set_active
from accounts.models import User
from accounts.standing.selectors import deletion_of
from accounts.standing.services import delete_person, restore_person
from mago.core.errors import Conflict
from mago.jobs.models import Item, Job
from mago.jobs.services import MOST_ITEMS, Draft, draft_job

from .. import services
from ..selectors.people import find_people
from .work import ActorsWork


class PeopleWork(ActorsWork):
    """`subject` is the person's key. What one may do to one person is asked anew for each."""

    permission: ClassVar[Permission]

    def do(self, item: Item) -> None:
        demand_permission(self.actor, self.permission)
        person = User.objects.filter(pk=UUID(item.subject)).first()
        if person is None:
            raise Conflict(_("This account does not exist any more."), code="gone")
        if why := self.spared(person):
            raise Conflict(why, code="unchanged")
        self.act(person)

    @classmethod
    def spared(cls, person: User) -> str | Promise:
        """Why nothing is to be done about somebody; nothing, where something is."""
        return ""

    @abstractmethod
    def act(self, person: User) -> None:
        """It is done to this person; Refused as for one alone."""


class _ToTheActive(PeopleWork):
    @classmethod
    def spared(cls, person: User) -> str | Promise:
        return "" if person.is_active else _("This account is disabled.")


class Disable(_ToTheActive):
    title = gettext_lazy("Disable people")
    permission = Permission.PEOPLE_DISABLE
    undone_by = "people.enable"

    def act(self, person: User) -> None:
        set_active(user=person, active=False, actor=self.actor, reason=self.reason)


class Enable(PeopleWork):
    title = gettext_lazy("Enable people")
    permission = Permission.PEOPLE_DISABLE
    undone_by = "people.disable"

    @classmethod
    def spared(cls, person: User) -> str | Promise:
        return _("This account is enabled already.") if person.is_active else ""

    def act(self, person: User) -> None:
        set_active(user=person, active=True, actor=self.actor, reason=self.reason)


class EndSessions(PeopleWork):
    title = gettext_lazy("Sign people out everywhere")
    permission = Permission.SESSIONS_END

    def act(self, person: User) -> None:
        services.end_sessions_of(person, actor=self.actor, reason=self.reason)


class SendReset(_ToTheActive):
    title = gettext_lazy("Send password resets")
    permission = Permission.PEOPLE_RESET_PASSWORD

    def act(self, person: User) -> None:
        services.send_reset(person=person, actor=self.actor, reason=self.reason)


class Delete(PeopleWork):
    title = gettext_lazy("Delete people into the recycle bin")
    permission = Permission.PEOPLE_DELETE
    undone_by = "people.restore"

    @classmethod
    def spared(cls, person: User) -> str | Promise:
        return _("This person lies in the recycle bin already.") if _is_deleted(person) else ""

    def act(self, person: User) -> None:
        delete_person(person=person, reason=self.reason, actor=self.actor)


class Restore(PeopleWork):
    title = gettext_lazy("Restore people from the recycle bin")
    permission = Permission.PEOPLE_DELETE
    undone_by = "people.delete"

    @classmethod
    def spared(cls, person: User) -> str | Promise:
        return "" if _is_deleted(person) else _("This person does not lie in the recycle bin.")

    def act(self, person: User) -> None:
        restore_person(person=person, actor=self.actor)


def _is_deleted(person: User) -> bool:
    # A list of people brings it along.
    known: bool | None = getattr(person, "is_deleted", None)
    return deletion_of(person) is not None if known is None else known


# As they are offered: what does least harm comes first, as it is what is chosen when nobody has chosen.
KINDS: dict[str, type[PeopleWork]] = {
    "people.end_sessions": EndSessions,
    "people.send_reset": SendReset,
    "people.enable": Enable,
    "people.disable": Disable,
    "people.restore": Restore,
    "people.delete": Delete,
}


_NOT_ONESELF = ("people.delete", "people.disable")


def draft(kind: str, people: Iterable[User], *, actor: User) -> Job:
    """A job of that kind lies there to be looked at. Forbidden for whoever could not do it to one of them."""
    demand_permission(actor, KINDS[kind].permission)
    return draft_job(kind, drafts(kind, people, actor=actor), actor=actor)


def chosen(keys: Iterable[UUID]) -> QuerySet[User]:
    """Those who were named and are there, by address."""
    return User.objects.filter(pk__in=keys).order_by("email")


def everybody(**filters: Any) -> list[User]:
    """All whom the filters of the list find; a few more than a job takes tell that there are too many."""
    queries = find_people(**filters, whole=True).queries
    found = {person.pk: person for rows in queries for person in rows[: MOST_ITEMS + 1]}
    return list(found.values())


def drafts(kind: str, people: Iterable[User], *, actor: User) -> Iterator[Draft]:
    """Each person, with what speaks against it as far as it can be told beforehand."""
    people = list(people)
    # Only who holds a role anywhere can hold more than the actor.
    keys = [person.pk for person in people]
    ranked = set(
        RoleBinding.objects.filter(user__in=keys).values_list("user", flat=True).distinct()
    )
    work = KINDS[kind]
    for person in people:
        refused = work.spared(person)
        if not refused and kind in _NOT_ONESELF and person.pk == actor.pk:
            refused = _("You cannot do this to yourself. Ask another administrator.")
        if not refused and person.pk in ranked and not outranks(actor, person):
            refused = _("This person may do things that you may not. Ask somebody who may.")
        yield Draft(person.email, str(person.pk), str(refused))
