"""Rows of a list are chosen, and one thing is done to each: what a list says for it, and what a kind of work does."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission
from accounts.access.refusals import only_asking
from accounts.access.services import demand_permission
from accounts.models import User
from accounts.organizations.models import Organization
from mago.audit import search as trail
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Forbidden
from mago.jobs.models import Item, Job
from mago.jobs.services import MOST_ITEMS, Draft, draft_job

from ..keyset import KeysetPage, Listing
from ..navigation import Permissions
from ..pages import Filters
from .work import ActorsWork


class Rows(ABC):
    """A list as `viewer` sees it, of `organization` or of the platform.

    `page` is the name of its page, which takes `reads` (`within`: somewhere inside is enough), and `form_class` its
    filters. `key` names the field by which a row is known, `ticked` what its box is called.
    """

    page: ClassVar[str]
    reads: ClassVar[Permission]
    within: ClassVar[bool] = False
    form_class: ClassVar[type[Filters]] = Filters
    key: ClassVar[str] = "pk"
    ticked: ClassVar[str] = "row"
    # What can be done to many of them, as it is offered: what does least harm comes first.
    kinds: ClassVar[tuple[type["RowsWork"], ...]]

    def __init__(self, viewer: User, organization: Organization | None = None) -> None:
        self.viewer = viewer
        self.organization = organization

    @classmethod
    def at(cls, viewer: User, whose: Any) -> Self:
        """The list of what a path names; of the platform where it names nothing."""
        return cls(viewer, whose)

    @property
    def whose(self) -> Organization:
        assert self.organization
        return self.organization

    @cached_property
    def held(self) -> Permissions:
        """What the viewer may do where the list is."""
        return Permissions(self.viewer, self.organization, within=self.within)

    @classmethod
    def works(cls) -> dict[str, type["RowsWork"]]:
        """Its kinds, by their names."""
        return {work.kind: work for work in cls.kinds}

    def address(self) -> str:
        args = [self.organization.slug] if self.organization else []
        return reverse(f"admincenter:{self.page}", args=args)

    def form(self, sent: Mapping[str, str]) -> Filters:
        return self.form_class(sent)

    @abstractmethod
    def find(self, **chosen: Any) -> Listing:
        """What its filters find, however many that are."""

    @abstractmethod
    def all(self) -> QuerySet[Any]:
        """All that the viewer may see of it, in whatever state, with what a dry run reads of each."""

    def place(self, row: Any) -> Any:
        """Where it is decided what may be done to the row; None is the platform."""
        return row

    def label(self, row: Any) -> str:
        return str(row)

    def prepare(self, rows: list[Any]) -> None:  # noqa: B027 - most have nothing to read
        """What a dry run reads of these beside their own is at hand after it."""

    def found(self, **chosen: Any) -> list[Any]:
        """All that the filters find, in the list's order; one more than a job takes tells that there are too many."""
        listing = replace(self.find(**chosen), complete=None)
        return KeysetPage(listing, "", size=MOST_ITEMS + 1).rows

    def named(self, keys: Iterable[UUID]) -> list[Any]:
        return list(self.all().filter(**{f"{self.key}__in": list(keys)}))


class RowsWork(ActorsWork):
    """`subject` is the row's key; a kind that keeps something to take it back by makes it {"key": that, …}.

    What one may do is asked anew for each row.
    """

    kind: ClassVar[str]
    rows: ClassVar[type[Rows]]
    permission: ClassVar[Permission]
    # What the trail has where anybody changes the same of a row: what is taken back after that is left alone.
    changes: ClassVar[tuple[Tag, ...]] = ()

    @cached_property
    def place(self) -> Rows:
        key = self.job.organization_id
        return self.rows(self.actor, Organization.objects.get(pk=key) if key else None)

    def do(self, item: Item) -> None:
        # Another instance: what was read for the row before decides nothing about this one.
        anew = type(self)(self.job)
        subject = item.subject
        key = UUID(subject["key"] if isinstance(subject, dict) else subject)
        row = anew.place.all().filter(**{anew.place.key: key}).first()
        if row is None:
            raise Conflict(_("This does not exist any more."), code="gone")
        self.demand(anew.actor, row, anew.place.place(row))
        if why := self.spared(row, anew.actor):
            raise Conflict(str(why), code="unchanged")
        if self.job.undoes_id and isinstance(subject, dict) and "at" in subject:
            leave_what_changed_since(subject["at"], self.changes, row)
        anew.act(row, item)
        if self.changes and self.undone_by:
            self.keep(item, at=timezone.now().isoformat())

    def way_back(self) -> str:
        return self.place.address()

    @classmethod
    def demand(cls, actor: User, row: Any, place: Any) -> None:
        """Forbidden, with the reason, unless the actor may do it to the row, about which `place` decides."""
        demand_permission(actor, cls.permission, place)

    @classmethod
    def is_offered(cls, held: Permissions) -> bool:
        """Whether it is shown to who holds these in the place of the list."""
        return cls.permission in held

    @classmethod
    def spared(cls, row: Any, actor: User) -> str | Promise:
        """Why nothing is to be done about a row; nothing, where something is."""
        return ""

    @abstractmethod
    def act(self, row: Any, item: Item) -> None:
        """It is done to this row; Refused as for one alone."""

    def keep(self, item: Item, **known: Any) -> None:
        """The item knows this from now on; the kind that takes it back is told."""
        before = item.subject if isinstance(item.subject, dict) else {"key": item.subject}
        item.subject = before | known
        item.save(update_fields=["subject"])


class Switch(RowsWork):
    """Each row is on, or off, and knows it as `is_active`."""

    active: ClassVar[bool]

    @classmethod
    def spared(cls, row: Any, actor: User) -> str | Promise:
        if row.is_active != cls.active:
            return ""
        return _("This is enabled already.") if cls.active else _("This is disabled already.")


def not_to_oneself() -> str:
    """What is said of whoever asks, where they are among those to whom it is done."""
    return _("This is not done to yourself together with others.")


def leave_what_changed_since(
    at: str, changes: Iterable[Tag], row: Model, organization: Organization | None = None
) -> None:
    """Conflict where the trail has any of these about the row since that moment."""
    since = datetime.fromisoformat(at)
    for tag in changes:
        found = trail.find(tag=tag.value, target=row, organization=organization, since=since)
        if found.newest(1):
            raise Conflict(_("Somebody has changed this since."), code="changed_since")


def draft(work: type[RowsWork], rows: Rows, found: list[Any]) -> Job:
    """A job of that kind lies there to be looked at. Forbidden for whoever could not do it to any of them."""
    if not work.is_offered(rows.held):
        raise Forbidden(permission=work.permission.value)
    organization_id = rows.organization.pk if rows.organization else None
    drafts = _drafts(work, rows, found)
    return draft_job(work.kind, drafts, actor=rows.viewer, organization_id=organization_id)


def _drafts(work: type[RowsWork], rows: Rows, found: list[Any]) -> Iterator[Draft]:
    """Each row, with what speaks against it as far as it can be told beforehand."""
    if len(found) <= MOST_ITEMS:
        rows.prepare(found)
    for row in found:
        refused = str(work.spared(row, rows.viewer))
        try:
            with only_asking():
                work.demand(rows.viewer, row, rows.place(row))
        except Forbidden as refusal:
            refused = refused or str(refusal.detail)
        yield Draft(rows.label(row), str(getattr(row, rows.key)), refused)
