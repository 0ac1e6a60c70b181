"""Hubs that are alike in what conditions ask for: each kind of them is looked at once."""

from typing import Any
from uuid import UUID

from django.db.models import Case, F, Value, When

from .models import Hub, State

# Of tags that a condition asks for; so many are read in a tenth of a second.
MOST_TAGGED = 5000

Kind = tuple[UUID, str, frozenset[str]]


def alike(
    organization_id: UUID, sites: list[UUID], *, models: set[str], tags: set[str], most: int
) -> tuple[list[Kind], bool]:
    """The kinds of hubs at these sites, and whether that is all of them: a site, a model and tags.

    Of models and tags only those that are asked for; what is of no such model has an empty one.
    """
    hubs: Any = Hub.objects.of(organization_id).filter(site__in=sites).order_by()
    hubs = hubs.exclude(state=State.RETIRED).annotate(
        asked=Case(When(model__in=models, then=F("model")), default=Value(""))
    )
    tagged = hubs.filter(tags__name__in=tags)
    plain = hubs.exclude(pk__in=tagged.values("pk")).values_list("site", "asked").distinct()
    kinds = {(site, model, frozenset[str]()) for site, model in plain[: most + 1]}
    rows = list(
        tagged.order_by("pk").values_list("pk", "site", "asked", "tags__name")[: MOST_TAGGED + 1]
    )
    # The last hub may have more tags than were read.
    cut = rows[-1][0] if len(rows) > MOST_TAGGED else None
    by_hub: dict[UUID, tuple[UUID, str, set[str]]] = {}
    for key, site, model, tag in rows:
        if key != cut:
            by_hub.setdefault(key, (site, model, set()))[2].add(tag)
    kinds |= {(site, model, frozenset(names)) for site, model, names in by_hub.values()}
    found = sorted(kinds, key=lambda kind: (kind[0], kind[1], sorted(kind[2])))
    return found[:most], len(found) <= most and len(rows) <= MOST_TAGGED
