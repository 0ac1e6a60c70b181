"""Where a condition that asks for attributes may give another answer: at each site, and at hubs of each kind there."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.utils.module_loading import import_string

from .conditions import Rule, values_asked
from .models import RoleBinding
from .preview import Hubs, Place
from .scope import Scope

MODEL, TAG = "hub.model", "hub.tag"


def places_in(
    organization_id: UUID, bindings: Iterable[RoleBinding], rules: list[Rule], *, most: int
) -> tuple[list[Place], bool]:
    """The organization, its sites and its hubs by what `rules` ask of them, as far as the bindings reach; and whether
    that is all of them, as no more than `most` are looked at."""
    sites = _sites(organization_id, bindings, most)
    looked = sites[:most]
    hubs, is_all = _hubs_at(organization_id, looked, rules, most - len(looked))
    places = [
        Place(Scope(organization_id)),
        *(Place(site.access_scope, attributes=site.condition_attributes) for site in looked),
        *hubs,
    ]
    return places, is_all and len(sites) <= most


def _sites(organization_id: UUID, bindings: Iterable[RoleBinding], most: int) -> list[Any]:
    """Those at which a role is held come first; then all, where one is held in the whole organization."""
    held = {binding.site_id: binding.site for binding in bindings}
    everywhere = None in held
    found = [site for site in held.values() if site]
    if everywhere and len(found) <= most:
        sites = apps.get_model("organizations", "Site").objects.of(organization_id)
        others = sites.exclude(pk__in=[site.pk for site in found]).order_by("name", "id")
        found += others[: most + 1 - len(found)]
    return found


def _hubs_at(
    organization_id: UUID, sites: list[Any], rules: list[Rule], most: int
) -> tuple[list[Place], bool]:
    models, tags = _asked(rules, MODEL), _asked(rules, TAG)
    if not models and not tags:
        return [], True
    at = {site.pk: site for site in sites}
    # Hubs lie above accounts.
    alike = import_string(settings.HUBS_ALIKE)
    found, is_all = alike(organization_id, list(at), models=models, tags=tags, most=most)
    return [
        Place(
            at[site_id].access_scope,
            Hubs(model, tuple(sorted(tagged))),
            at[site_id].condition_attributes | {MODEL: model, TAG: tagged},
        )
        for site_id, model, tagged in found
    ], is_all


def _asked(rules: list[Rule], name: str) -> set[str]:
    return {value for rule in rules for value in values_asked(rule, name) if value is not None}
