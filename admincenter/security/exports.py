"""Lists of a security programme that can be exported, as `admincenter.exports.lists` has the others."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from accounts.access.permissions import Permission

from ..exports.lists import own
from ..exports.work import Columns, Export
from ..keyset import Listing
from ..pages import Filters
from .forms.programme import EngagementFilters, ReleaseFilters, RiskFilters
from .forms.tickets import TicketFilters
from .models import Programme
from .selectors.penetration_tests import find_tests
from .selectors.programmes import programme_of
from .selectors.releases import find_releases
from .selectors.risks import find_risks
from .selectors.tickets import find_tickets


class _OfProgramme(Export):
    @property
    def programme(self) -> Programme:
        return programme_of(self.organization, self.actor)


class Tickets(_OfProgramme):
    kind, page = "export.tickets", "tickets"
    title = _("Export tickets")
    permission = reads = Permission.TICKETS_READ
    columns: ClassVar[Columns] = {
        "key": str,
        **own("id", "title", "source", "component", "severity", "score", "vector", "state"),
        **own("state_since", "due_on"),
        "assignee": lambda ticket: ticket.assignee and ticket.assignee.email,
        "release": lambda ticket: ticket.release and ticket.release.version,
        **own("created_at", "fixed_at", "verified_at", "closed_at", "accepted_until"),
    }

    def form(self, sent: Mapping[str, str]) -> Filters:
        return TicketFilters(sent, programme=self.programme)

    def find(self, **chosen: Any) -> Listing:
        return find_tickets(self.programme, **chosen)


class Releases(_OfProgramme):
    kind, page = "export.releases", "releases"
    title = _("Export releases")
    permission = reads = Permission.RELEASES_READ
    form_class = ReleaseFilters
    columns = own("id", "version", "notes", "target_on", "state", "ended_at", "created_at")

    def find(self, **chosen: Any) -> Listing:
        return find_releases(self.programme, **chosen)


class PenetrationTests(_OfProgramme):
    kind, page = "export.penetration_tests", "penetration_tests"
    title = _("Export penetration tests")
    permission = reads = Permission.PENETRATION_TESTS_READ
    form_class = EngagementFilters
    columns = own(
        "id", "tester", "firm", "methodology", "scope", "starts_on", "ends_on", "state",
        "retested_on", "retest_result", "created_at",
    )  # fmt: skip

    def find(self, **chosen: Any) -> Listing:
        return find_tests(self.programme, **chosen)


class Risks(_OfProgramme):
    kind, page = "export.risks", "risks"
    title = _("Export risks")
    permission = reads = Permission.RISKS_READ
    form_class = RiskFilters
    columns: ClassVar[Columns] = {
        **own("id", "asset", "threat", "likelihood", "impact", "score", "treatment", "plan"),
        **own("residual_likelihood", "residual_impact", "residual"),
        "owner": lambda risk: risk.owner and risk.owner.email,
        **own("review_on", "closed_at", "created_at"),
    }

    def find(self, **chosen: Any) -> Listing:
        return find_risks(self.programme, **chosen)
