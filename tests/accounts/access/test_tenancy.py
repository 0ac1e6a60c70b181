"""What organizations own is read in their scope, or not at all."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.db.models import Count, Exists, OuterRef, Prefetch, Subquery

from accounts.access.models import CustomRole, Membership, RoleBinding, ServiceAccount
from accounts.access.roles import RoleName
from accounts.access.tenancy import OutsideTenantScope, TenantManager
from accounts.models import User
from accounts.organizations.models import Organization, Site
from accounts.standing.models import Lockdown
from admincenter.security.models import Programme

from .conftest import give

Query = Callable[[Any], Any]

# What a programmer may write, and what it does to the rows of everybody.
QUERIES: dict[str, Query] = {
    "iteration": list,
    "get": lambda rows: rows.get(name="Hall"),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.last(),
    "latest": lambda rows: rows.latest("created_at"),
    "exists": lambda rows: rows.exists(),
    "contains": lambda rows: rows.contains(Site()),
    "count": lambda rows: rows.count(),
    "len": len,
    "bool": bool,
    "slice": lambda rows: list(rows[:1]),
    "index": lambda rows: rows[0],
    "repr": repr,
    "aggregate": lambda rows: rows.aggregate(n=Count("pk")),
    "aggregate of a slice": lambda rows: rows[:5].aggregate(n=Count("pk")),
    "count of distinct": lambda rows: rows.distinct().count(),
    "iterator": lambda rows: list(rows.iterator()),
    "values": lambda rows: list(rows.values("name")),
    "values_list": lambda rows: list(rows.values_list("name", flat=True)),
    "dates": lambda rows: list(rows.datetimes("created_at", "day")),
    "in_bulk": lambda rows: rows.in_bulk(),
    "update": lambda rows: rows.update(name="Mine"),
    "update_or_create": lambda rows: rows.update_or_create(name="Hall"),
    "get_or_create": lambda rows: rows.get_or_create(name="Hall"),
    "bulk_update": lambda rows: rows.bulk_update([Site(name="Mine")], ["name"]),
    "delete": lambda rows: rows.delete(),
    "quick delete": lambda rows: rows._raw_delete("default"),
    "explain": lambda rows: rows.explain(),
    "SQL": lambda rows: str(rows.query),
    "raw": lambda rows: list(rows.raw("SELECT * FROM organizations_site")),
    "lock": lambda rows: list(rows.select_for_update()),
    "filter": lambda rows: list(rows.filter(name="Hall")),
    "exclude": lambda rows: list(rows.exclude(name="Hall")),
    "order": lambda rows: list(rows.order_by("name")),
    "other database": lambda rows: list(rows.using("default")),
    "annotate": lambda rows: list(rows.annotate(n=Count("pk"))),
    "select_related": lambda rows: list(rows.select_related("organization")),
    "union": lambda rows: list(rows.union(rows)),
    "or": lambda rows: list(rows | rows),
    "and": lambda rows: list(rows & rows),
    "xor": lambda rows: list(rows ^ rows),
    "inside a filter": lambda rows: list(RoleBinding.objects.filter(site__in=rows)),
    "inside a filter of values": lambda rows: list(
        RoleBinding.objects.filter(site__in=rows.values("pk"))
    ),
    "inside an exclude": lambda rows: list(RoleBinding.objects.exclude(site__in=rows)),
    "as a subquery": lambda rows: list(User.objects.annotate(s=Subquery(rows.values("name")[:1]))),
    "as exists": lambda rows: list(
        Organization.objects.filter(Exists(rows.filter(organization=OuterRef("pk"))))
    ),
    "inside a count": lambda rows: RoleBinding.objects.filter(site__in=rows).count(),
    "inside an update": lambda rows: RoleBinding.objects.filter(site__in=rows).update(role="guest"),
    "inside a delete": lambda rows: RoleBinding.objects.filter(site__in=rows).delete(),
    "in another's union": lambda rows: list(
        Organization.objects.values_list("pk").union(rows.values_list("pk"))
    ),
}


@pytest.fixture
def acme(db: None) -> Organization:
    return Organization.objects.create(name="Acme", slug="acme")


@pytest.fixture
def umbra(db: None) -> Organization:
    return Organization.objects.create(name="Umbra", slug="umbra")


@pytest.mark.turns
@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_a_query_that_names_no_organization_is_an_error(
    query: Query, hall: Site, lair: Site
) -> None:
    with pytest.raises(OutsideTenantScope), transaction.atomic():
        query(Site.objects.all())
    left = Site.objects.everywhere(reason="test").order_by("name")
    assert [site.name for site in left] == ["Hall", "Lair"]


NEVER = {"raw", "get_or_create", "update_or_create", "bulk_update"}  # or only with more said


@pytest.mark.turns
@pytest.mark.parametrize("name", sorted(QUERIES.keys() - NEVER))
def test_the_same_query_works_once_it_names_one(name: str, hall: Site, lair: Site) -> None:
    QUERIES[name](Site.objects.of(hall.organization_id))
    assert Site.objects.of(lair.organization_id).get().name == "Lair"


@pytest.mark.parametrize(
    "scoped",
    [
        lambda a, b: Site.objects.of(a),
        lambda a, b: Site.objects.of(a.pk),
        lambda a, b: Site.objects.filter(name__contains="a").of(a),
        lambda a, b: Site.objects.of(a).exclude(name="Lair").order_by("name"),
        lambda a, b: Site.objects.of_any([a.pk]),
        lambda a, b: Site.objects.of_any([a.pk, b.pk]).of(a),
        lambda a, b: Site.objects.everywhere(reason="test").of(a),
        lambda a, b: Site.objects.of(a) | Site.objects.of(a),
        lambda a, b: Site.objects.of(a) & Site.objects.of_any([a.pk, b.pk]),
        lambda a, b: Site.objects.of(a).union(Site.objects.of_any([])),
    ],
)
def test_only_its_own_rows_are_seen(
    scoped: Callable[[Organization, Organization], Any],
    acme: Organization,
    umbra: Organization,
    hall: Site,
    lair: Site,
) -> None:
    assert [site.name for site in scoped(acme, umbra)] == ["Hall"]


def test_of_two_organizations_at_once_nothing_is_seen(
    acme: Organization, umbra: Organization, hall: Site, lair: Site
) -> None:
    assert not Site.objects.of(acme).of(umbra)
    assert not Site.objects.of_any([])


def test_nothing_owned_belongs_to_no_organization() -> None:
    with pytest.raises(OutsideTenantScope):
        Site.objects.of(None)


@pytest.mark.parametrize("scoped", ["of", "all"])
@pytest.mark.parametrize("operation", ["__or__", "__and__", "__xor__", "union"])
def test_a_half_that_names_none_spoils_the_whole(
    operation: str, scoped: str, acme: Organization, lair: Site
) -> None:
    halves = [Site.objects.of(acme), Site.objects.all()]
    first, second = halves if scoped == "of" else reversed(halves)
    with pytest.raises(OutsideTenantScope):
        list(getattr(first, operation)(second))


def test_a_slice_hides_no_half_that_names_none(acme: Organization, lair: Site) -> None:
    with pytest.raises(OutsideTenantScope):
        list(Site.objects.of(acme)[:1] | Site.objects.all())


def test_the_way_by_a_person_leads_to_no_other_organization(
    charlie: User, acme: Organization, umbra: Organization
) -> None:
    for organization in (acme, umbra):
        Membership.objects.create(organization=organization, user=charlie)
    with pytest.raises(OutsideTenantScope):
        list(charlie.memberships.all())
    with pytest.raises(OutsideTenantScope):
        charlie.memberships.filter(organization=umbra).exists()
    assert [m.organization for m in charlie.memberships.of(acme)] == [acme]


def test_a_prefetch_needs_a_scope_of_its_own(alice: User, acme: Organization) -> None:
    Membership.objects.create(organization=acme, user=alice)
    with pytest.raises(OutsideTenantScope):
        list(User.objects.prefetch_related("memberships"))
    rows = Prefetch("memberships", Membership.objects.of(acme))
    assert len(User.objects.prefetch_related(rows).get(pk=alice.pk).memberships.all()) == 1


def test_rows_are_created_without_a_scope_as_they_name_their_organization(
    acme: Organization,
) -> None:
    Site.objects.create(organization=acme, name="One")
    Site.objects.bulk_create([Site(organization=acme, name="Two")])
    row, created = Site.objects.of(acme).get_or_create(organization=acme, name="Three")
    assert created
    row.name = "Drei"
    row.save()
    row.refresh_from_db()
    assert {site.name for site in Site.objects.of(acme)} == {"One", "Two", "Drei"}


def test_an_exclude_over_a_relation_works_in_scope(acme: Organization) -> None:
    account = ServiceAccount.objects.create(organization=acme, name="robot")
    rows = ServiceAccount.objects.of(acme).exclude(role_bindings__role="guest")
    assert list(rows) == [account]


def test_what_hangs_on_a_row_goes_with_it(
    alice: User, acme: Organization, umbra: Organization, hall: Site, lair: Site
) -> None:
    for organization in (acme, umbra):
        Membership.objects.create(organization=organization, user=alice)
        CustomRole.objects.create(organization=organization, name="Keeper", permissions=[])
    give(alice, RoleName.GUEST, acme, hall)
    acme.delete()
    for model in (Membership, CustomRole, Site):
        left = model.objects.everywhere(reason="test")  # type: ignore[attr-defined]
        assert [row.organization for row in left] == [umbra]
    assert not RoleBinding.objects.exists()
    alice.delete()
    assert not Membership.objects.of(umbra)


def owned() -> list[Any]:
    """Every model that says of which organization a row is."""
    return [
        model
        for model in apps.get_models()
        if any(
            isinstance(field, models.ForeignKey) and field.related_model is Organization
            for field in model._meta.get_fields()
        )
    ]


# Why the rows of these are read without a scope.
ALSO_OF_THE_PLATFORM = {
    RoleBinding: "a person's roles are read before it is known where they matter, and some are of the platform",
    Lockdown: "most are of people, and whether one is in force is asked before anybody has signed in",
    Programme: "it is the scope in which all else of its organization's security work is read",
}


def test_every_model_that_names_its_organization_is_read_in_scope() -> None:
    open_models = {
        model for model in owned() if not isinstance(model._default_manager, TenantManager)
    }
    assert open_models == set(ALSO_OF_THE_PLATFORM)
    assert {Site, Membership, CustomRole, ServiceAccount} <= set(owned())
