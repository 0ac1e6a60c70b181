"""Reading the risk register."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from mago.core.errors import NotFound

from ...keyset import CREATED, Listing, Order
from ..models import Assessment, Programme, Risk
from ..models.risks import HIGHEST


def risks_of(programme: Programme) -> QuerySet[Risk]:
    """All of them, closed ones too, the newest first."""
    found: QuerySet[Risk] = Risk.objects.of(programme)
    return found.order_by("-created_at", "-id")


def find_risks(
    programme: Programme, *, state: str = "", likelihood: int = 0, impact: int = 0, when: str = ""
) -> Listing:
    """Open ones unless `state` is "closed"; those of one cell of the map before or (`when` "after") after treatment."""
    found = risks_of(programme).filter(closed_at__isnull=state != "closed")
    prefix = "residual_" if when == "after" else ""
    cell = {f"{prefix}likelihood": likelihood, f"{prefix}impact": impact}
    found = found.filter(**{name: degree for name, degree in cell.items() if degree})
    orders = CREATED | {"review": Order(("review_on", "id"))}
    return Listing((found.select_related("owner"),), key=("created_at", "id"), orders=orders)


def risk_for(programme: Programme, key: UUID) -> Risk:
    """The risk, or NotFound."""
    found = risks_of(programme).select_related("owner").filter(pk=key).first()
    if found is None:
        raise NotFound
    found.programme = programme
    return found


def assessments_of(programme: Programme) -> QuerySet[Assessment]:
    """The newest first."""
    found: QuerySet[Assessment] = Assessment.objects.of(programme)
    return found.select_related("author").order_by("-held_on", "-id")


def assessment_for(programme: Programme, key: UUID) -> Assessment:
    found = assessments_of(programme).filter(pk=key).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Cell:
    """How many open risks there are of one likelihood and impact, and how hot that is: low, medium, high or critical."""

    likelihood: int
    impact: int
    count: int

    @property
    def heat(self) -> str:
        score = self.likelihood * self.impact
        bands = ((15, "critical"), (10, "high"), (5, "medium"))
        return next((heat for least, heat in bands if score >= least), "low")


def heat_map(programme: Programme, *, after: bool) -> list[list[Cell]]:
    """A row for each likelihood, the highest first, with a cell for each impact, the lowest first."""
    prefix = "residual_" if after else ""
    rows: Any = risks_of(programme).filter(closed_at=None).order_by()
    counts = Counter(rows.values_list(f"{prefix}likelihood", f"{prefix}impact"))
    return [
        [Cell(likely, impact, counts[likely, impact]) for impact in range(1, HIGHEST + 1)]
        for likely in range(HIGHEST, 0, -1)
    ]


def figures_of_register(programme: Programme) -> dict[str, Any]:
    """How many open risks are how hot, before and after treatment; as an assessment keeps them."""
    figures: dict[str, Any] = {}
    for name, after in (("before", False), ("after", True)):
        heats: Counter[str] = Counter()
        for row in heat_map(programme, after=after):
            for cell in row:
                heats[cell.heat] += cell.count
        figures[name] = {heat: heats[heat] for heat in ("critical", "high", "medium", "low")}
    figures["risks"] = sum(figures["before"].values())
    return figures
