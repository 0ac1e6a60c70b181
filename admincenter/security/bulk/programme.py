"""Risks are closed, releases and penetration tests cancelled, many at once."""

from typing import Any, Self

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.permissions import Permission
from accounts.models import User
from mago.jobs.models import Item

from ...bulk.rows import Rows, RowsWork
from ...keyset import Listing
from ...navigation import Permissions
from ..forms.programme import EngagementFilters, ReleaseFilters, RiskFilters
from ..models import (
    EngagementState,
    PenetrationTest,
    Programme,
    Release,
    ReleaseState,
    Risk,
    Ticket,
)
from ..selectors.penetration_tests import find_tests, tests_of
from ..selectors.programmes import programme_of
from ..selectors.releases import find_releases, releases_of
from ..selectors.risks import find_risks, risks_of
from ..services.penetration_tests import cancel_test
from ..services.releases import cancel_release
from ..services.risks import close_risk
from ..workflow import PENDING


class _OfProgramme(Rows):
    @classmethod
    def at(cls, viewer: User, whose: Any) -> Self:
        rows = cls(viewer, whose.organization)
        rows.programme = whose
        return rows

    @cached_property
    def programme(self) -> Programme:
        return programme_of(self.organization, self.viewer)

    @cached_property
    def held(self) -> Permissions:
        return Permissions(self.viewer, self.programme)

    def address(self) -> str:
        return reverse(f"admincenter:{self.page}", args=[self.programme.slug])

    def place(self, row: Any) -> Programme:
        return self.programme


class Risks(_OfProgramme):
    page, reads = "risks", Permission.RISKS_READ
    form_class = RiskFilters

    def find(self, **chosen: Any) -> Listing:
        return find_risks(self.programme, **chosen)

    def all(self) -> QuerySet[Risk]:
        return risks_of(self.programme).select_related("programme")

    def label(self, row: Risk) -> str:
        return f"{row.asset} · {row.threat}"


class CloseRisks(RowsWork):
    kind, rows, permission = "risks.close", Risks, Permission.RISKS_EDIT
    title = gettext_lazy("Close risks")

    @classmethod
    def spared(cls, row: Risk, actor: User) -> str | Promise:
        return _("This risk is closed.") if row.closed_at else ""

    def act(self, row: Risk, item: Item) -> None:
        close_risk(risk=row, actor=self.actor)


class Releases(_OfProgramme):
    page, reads = "releases", Permission.RELEASES_READ
    form_class = ReleaseFilters

    def find(self, **chosen: Any) -> Listing:
        return find_releases(self.programme, **chosen)

    def all(self) -> QuerySet[Release]:
        return releases_of(self.programme).select_related("programme")

    def prepare(self, rows: list[Any]) -> None:
        owed = Ticket.objects.of(self.programme).filter(release__in=rows, state__in=PENDING)
        carrying = set(owed.order_by().values_list("release", flat=True).distinct())
        for row in rows:
            row.is_carrying = row.pk in carrying


class CancelReleases(RowsWork):
    kind, rows, permission = "releases.cancel", Releases, Permission.RELEASES_EDIT
    title = gettext_lazy("Cancel releases")

    @classmethod
    def spared(cls, row: Release, actor: User) -> str | Promise:
        if row.state != ReleaseState.PLANNED:
            return _("This release is deployed or cancelled.")
        if getattr(row, "is_carrying", False):
            return _("Plan its tickets for another release first.")
        return ""

    def act(self, row: Release, item: Item) -> None:
        cancel_release(release=row, actor=self.actor, reason=self.reason)


class PenetrationTests(_OfProgramme):
    page, reads = "penetration_tests", Permission.PENETRATION_TESTS_READ
    form_class = EngagementFilters

    def find(self, **chosen: Any) -> Listing:
        return find_tests(self.programme, **chosen)

    def all(self) -> QuerySet[PenetrationTest]:
        return tests_of(self.programme).select_related("programme")


class CancelTests(RowsWork):
    kind, rows = "penetration_tests.cancel", PenetrationTests
    permission = Permission.PENETRATION_TESTS_EDIT
    title = gettext_lazy("Cancel penetration tests")

    @classmethod
    def spared(cls, row: PenetrationTest, actor: User) -> str | Promise:
        if row.state == EngagementState.PLANNED:
            return ""
        return _("This test was held or cancelled.")

    def act(self, row: PenetrationTest, item: Item) -> None:
        cancel_test(test=row, actor=self.actor)


Risks.kinds = (CloseRisks,)
Releases.kinds = (CancelReleases,)
PenetrationTests.kinds = (CancelTests,)
