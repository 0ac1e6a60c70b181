"""Reading releases."""

from uuid import UUID

from django.db.models import QuerySet

from mago.core.errors import NotFound

from ...keyset import CREATED, Listing
from ..models import Checkpoint, Programme, Release, ReleaseState

MOST_OFFERED = 100


def releases_of(programme: Programme) -> QuerySet[Release]:
    """Those of a programme, the newest first."""
    found: QuerySet[Release] = Release.objects.of(programme)
    return found.order_by("-created_at", "-id")


def newest_releases(programme: Programme) -> QuerySet[Release]:
    """As many of them as can be offered for choice."""
    return releases_of(programme)[:MOST_OFFERED]


def planned_releases(programme: Programme) -> QuerySet[Release]:
    """Those that still take fixes up."""
    found: QuerySet[Release] = Release.objects.of(programme)
    found = found.filter(state=ReleaseState.PLANNED)
    return found.order_by("-created_at", "-id")[:MOST_OFFERED]


def find_releases(programme: Programme, *, state: str = "") -> Listing:
    """Those in a state, or all: the newest first, each with its checkpoints."""
    found = all_releases(programme)
    if state:
        found = found.filter(state=state)
    return Listing((found,), key=("created_at", "id"), orders=CREATED)


def release_for(programme: Programme, key: UUID) -> Release:
    """The release, or NotFound."""
    found: Release | None = Release.objects.of(programme).filter(pk=key).first()
    if found is None:
        raise NotFound
    found.programme = programme
    return found


def checkpoints_of(release: Release) -> list[Checkpoint]:
    """Its gates, in the order in which they are passed."""
    order = {"quality-assurance": 0, "staged-deployment": 1, "review": 2}
    return sorted(release.checkpoints.select_related("signed_by"), key=lambda one: order[one.kind])


def all_releases(programme: Programme) -> QuerySet[Release]:
    """Those of a programme, each with its checkpoints."""
    found: QuerySet[Release] = Release.objects.of(programme)
    return found.prefetch_related("checkpoints")
