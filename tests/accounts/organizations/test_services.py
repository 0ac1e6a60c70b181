"""Organizations and sites: who changes them, what is told of it, and who sees them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.access.models import Condition, Membership, RoleBinding
from accounts.access.permissions import Permission
from accounts.access.roles import PERMISSIONS, RoleName
from accounts.access.services import create_condition, create_custom_role, grant_role, invite
from accounts.models import User
from accounts.organizations import services
from accounts.organizations.models import Organization, Site
from accounts.organizations.selectors import organization_for, owned_for, sites_of, visible_to
from hubs.services import create_enrolment_code, create_room
from mago.core.context import Caller, calling
from mago.core.errors import NotFound, Refused

Events = Callable[..., list[Any]]


@pytest.fixture
def hall(acme: Organization) -> Site:
    return Site.objects.create(organization=acme, name="Hall", attributes={"country": "IT"})


def code(work: Callable[..., Any], **kwargs: Any) -> str:
    with pytest.raises(Refused) as refused:
        work(**kwargs)
    return refused.value.code


def test_each_change_is_told_once_with_its_organization(
    acme: Organization, hall: Site, alice: User, dora: User, events: Events
) -> None:
    steps: list[tuple[str, Callable[[], Any]]] = [
        (
            "organization:edited",
            lambda: services.rename_organization(organization=acme, name="Ace", actor=alice),
        ),
        (
            "site:created",
            lambda: services.create_site(organization=acme, name="Tower", actor=alice),
        ),
        (
            "site:edited",
            lambda: services.edit_site(
                site=hall, name="Aula", time_zone="UTC", attributes={}, actor=alice
            ),
        ),
        ("site:removed", lambda: services.remove_site(site=hall, actor=alice)),
        (
            "domain:claimed",
            lambda: services.claim_domain(organization=acme, name="a.example", actor=alice),
        ),
        (
            "policy:edited",
            lambda: services.set_policy(organization=acme, idle_minutes=5, actor=alice),
        ),
        (
            "organization:disabled",
            lambda: services.set_organization_active(organization=acme, active=False, actor=dora),
        ),
        (
            "organization:enabled",
            lambda: services.set_organization_active(organization=acme, active=True, actor=dora),
        ),
    ]
    for tag, work in steps:
        before = len(events())
        work()
        (event,) = events()[before:]
        assert event.tag == f"organizations:{tag}"
        assert event.organization_id == acme.pk
        assert event.target_id
        if tag.endswith("edited"):
            was, now = event.detail["before"], event.detail["after"]
            assert was.keys() == now.keys()
            assert was != now
        if tag == "site:created":
            # Conditions ask for its attributes.
            assert set(event.detail["after"]) == {"name", "time_zone", "attributes"}


def test_whoever_makes_an_organization_is_told_to_have_given_it_its_owner(
    alice: User, dora: User, events: Events
) -> None:
    services.create_organization(name="New", owner=alice, actor=dora)
    granted = events("access:role:granted")[-1]
    assert (granted.actor_id, granted.target_id) == (dora.pk, str(alice.pk))


def test_what_conditions_ask_of_a_site_is_told_whatever_it_is_called(
    acme: Organization, alice: User, events: Events
) -> None:
    attributes = {"postcode": "00100", "keyholder": "bob", "country_code": "IT"}
    site = services.create_site(organization=acme, name="A", attributes=attributes, actor=alice)
    changed = attributes | {"postcode": "20100"}
    services.edit_site(site=site, name="A", time_zone="UTC", attributes=changed, actor=alice)
    services.remove_site(site=site, actor=alice)

    def told(of: dict[str, str]) -> list[dict[str, str]]:
        return [{"name": name, "value": of[name]} for name in sorted(of)]

    created, edited, removed = (
        events(f"organizations:site:{what}")[0].detail for what in ("created", "edited", "removed")
    )
    assert created["after"]["attributes"] == edited["before"]["attributes"] == told(attributes)
    assert edited["after"]["attributes"] == removed["before"]["attributes"] == told(changed)


def test_switching_to_what_is_so_tells_nothing(
    acme: Organization, dora: User, events: Events
) -> None:
    before = len(events())
    services.set_organization_active(organization=acme, active=True, actor=dora)
    assert len(events()) == before


def test_who_lacks_the_permission_changes_and_tells_nothing(
    *, acme: Organization, hall: Site, bob: User, charlie: User, other: Organization, events: Events
) -> None:
    before = len(events())
    edited = {"site": hall, "name": "x", "time_zone": "UTC", "attributes": {}}
    for actor in (bob, charlie):
        for work, kwargs in (
            (services.rename_organization, {"organization": acme, "name": "x"}),
            (services.set_organization_active, {"organization": acme, "active": False}),
            (services.create_site, {"organization": acme, "name": "x"}),
            (services.edit_site, edited),
            (services.remove_site, {"site": hall}),
        ):
            assert code(work, **kwargs, actor=actor) == "permission_denied", work.__name__
    assert len(events()) == before


def test_an_owner_does_not_disable_the_organization(acme: Organization, alice: User) -> None:
    ask = {"organization": acme, "active": False, "actor": alice}
    assert code(services.set_organization_active, **ask) == "permission_denied"


def test_a_name_is_taken_in_its_own_organization_only(
    acme: Organization, other: Organization, hall: Site, alice: User, charlie: User
) -> None:
    assert code(services.create_site, organization=acme, name="Hall", actor=alice) == "name_taken"
    services.create_site(organization=other, name="Hall", actor=charlie)
    ask = {"name": "x", "slug": acme.slug, "owner": alice, "actor": None}
    assert code(services.create_organization, **ask) == "name_taken"
    again = services.create_organization(name="Acme", owner=alice, actor=None)
    assert again.slug != acme.slug


def test_what_conditions_ask_of_a_site_is_not_its_administrators_to_say(
    acme: Organization, hall: Site, bob: User, alice: User
) -> None:
    """Else whoever looks after a site would decide which conditional roles count there."""
    role = RoleName.SITE_ADMINISTRATOR
    grant_role(user=bob, role=role, actor=alice, scope=hall.access_scope)
    ask: dict[str, Any] = {"site": hall, "name": "Aula", "time_zone": "Europe/Rome"}
    services.edit_site(**ask, attributes={"country": "IT"}, actor=bob)
    attributes = {"country": "FR"}
    assert code(services.edit_site, **ask, attributes=attributes, actor=bob) == "permission_denied"
    services.edit_site(**ask, attributes=attributes, actor=alice)


@pytest.mark.parametrize("is_not", [False, True])
def test_neither_is_it_for_who_makes_a_site_or_gives_one_its_first_value(
    is_not: bool, acme: Organization, hall: Site, bob: User, alice: User
) -> None:
    """ "Not in Italy" does not hold where no country is known: any value would make it."""
    names = ["sites:create", "sites:edit", "conditions:edit"]
    role = create_custom_role(organization=acme, name="Sites", permissions=names, actor=alice)
    asks = {"attribute": {"name": "site.country", "any_of": ["IT"]}}
    rule = {"not": asks} if is_not else asks
    condition = create_condition(organization=acme, name="IT", rule=rule, actor=alice)
    grant_role(user=bob, role=role, actor=alice, scope=acme.access_scope)
    technician, scope = RoleName.TECHNICIAN, acme.access_scope
    grant_role(user=bob, role=technician, actor=alice, scope=scope, condition=condition)
    hall.attributes = {}
    hall.save()
    bob = User.objects.get(pk=bob.pk)
    attributes = {"country": "FR" if is_not else "IT"}
    make: dict[str, Any] = {"organization": acme, "name": "New", "actor": bob}
    assert code(services.create_site, **make, attributes=attributes) == "permission_denied"
    edit: dict[str, Any] = {"site": hall, "name": "Hall", "time_zone": "UTC", "actor": bob}
    assert code(services.edit_site, **edit, attributes=attributes) == "permission_denied"
    hall.refresh_from_db()
    services.create_site(**make, attributes={"floor": "2"})
    services.edit_site(**edit, attributes={"floor": "2"})


def test_roles_go_with_their_site(acme: Organization, hall: Site, alice: User, bob: User) -> None:
    grant_role(user=bob, role=RoleName.TECHNICIAN, actor=alice, scope=hall.access_scope)
    services.remove_site(site=hall, actor=alice)
    assert [b.role for b in RoleBinding.objects.filter(user=bob)] == [RoleName.REPORTER]


def test_the_trail_tells_all_that_goes_with_a_site(
    acme: Organization, hall: Site, alice: User, bob: User, events: Events
) -> None:
    grant_role(user=bob, role=RoleName.TECHNICIAN, actor=alice, scope=hall.access_scope)
    invite(
        organization=acme,
        email="new@example.com",
        role=RoleName.TECHNICIAN,
        site=hall,
        actor=alice,
    )
    room = create_room(site=hall, name="Blue", actor=alice)
    letting_in, _text = create_enrolment_code(organization=acme, room=room, actor=alice)
    create_enrolment_code(organization=acme, actor=alice)
    before = len(events())
    services.remove_site(site=hall, actor=alice)
    revoked, uninvited, removed = events()[before:]
    assert (revoked.tag, revoked.target_id, revoked.actor_id) == (
        "access:role:revoked",
        str(bob.pk),
        alice.pk,
    )
    assert (revoked.detail["role"], revoked.detail["site"]) == ("technician", str(hall.pk))
    assert (uninvited.tag, uninvited.target_name) == (
        "access:invitation:revoked",
        "new@example.com",
    )
    assert removed.tag == "organizations:site:removed"
    assert removed.detail["before"]["name"] == "Hall"
    assert removed.detail["before"]["time_zone"] == "UTC"
    assert removed.detail["rooms"] == ["Blue"]
    assert removed.detail["enrolments"] == [str(letting_in.pk)]


@pytest.mark.parametrize("lacks", ["roles:bind", "hubs:logs"])
def test_nobody_takes_roles_by_removing_their_site_which_they_could_not_take_one_by_one(
    *,
    lacks: str,
    acme: Organization,
    hall: Site,
    alice: User,
    bob: User,
    person: Callable[..., User],
) -> None:
    names = {"sites:create", "roles:bind", *PERMISSIONS[RoleName.TECHNICIAN]} - {lacks}
    role = create_custom_role(organization=acme, name="R", permissions=list(names), actor=alice)
    grant_role(user=bob, role=role, actor=alice, scope=acme.access_scope)
    bob = User.objects.get(pk=bob.pk)
    tower, eve = services.create_site(organization=acme, name="Tower", actor=bob), person("eve")
    Membership.objects.create(organization=acme, user=eve)
    grant_role(user=eve, role=RoleName.TECHNICIAN, actor=alice, scope=hall.access_scope)
    assert code(services.remove_site, site=hall, actor=bob) in {
        "permission_denied",
        "not_yours_to_grant",
    }
    services.remove_site(site=tower, actor=bob)
    assert list(Site.objects.of(acme)) == [hall]


def test_policies_go_with_their_site_by_who_may_remove_them(
    acme: Organization, hall: Site, alice: User, bob: User, events: Events
) -> None:
    services.set_policy(organization=acme, site=hall, idle_minutes=5, actor=alice)
    role = create_custom_role(
        organization=acme, name="R", permissions=["sites:create"], actor=alice
    )
    grant_role(user=bob, role=role, actor=alice, scope=acme.access_scope)
    bob = User.objects.get(pk=bob.pk)
    assert code(services.remove_site, site=hall, actor=bob) == "permission_denied"
    services.remove_site(site=hall, actor=alice)
    (event,) = events("organizations:policy:removed")
    assert event.detail["before"]["idle_minutes"] == 5


# --- who sees what ---


def test_only_ones_own_organizations_are_seen(
    acme: Organization, other: Organization, alice: User, charlie: User, dora: User
) -> None:
    assert list(visible_to(alice)) == [acme]
    assert list(visible_to(charlie)) == [other]
    assert list(visible_to(dora)) == [acme, other]
    assert organization_for(alice, acme.slug) == acme
    for slug in (other.slug, "nowhere"):
        with pytest.raises(NotFound):
            organization_for(alice, slug)


def test_nobody_sees_nothing(acme: Organization, hall: Site, alice: User) -> None:
    alice.is_active = False
    for actor in (AnonymousUser(), alice):
        assert not visible_to(actor)
        assert not sites_of(actor, acme)
        with pytest.raises(NotFound):
            organization_for(actor, acme.slug)


def test_who_works_at_a_site_sees_it_its_organization_and_no_other_site(
    acme: Organization, hall: Site, person: Callable[..., User]
) -> None:
    eve = person("eve")
    Site.objects.create(organization=acme, name="Tower")
    Membership.objects.create(organization=acme, user=eve)
    assert not visible_to(eve)
    eve = person("finn")
    Membership.objects.create(organization=acme, user=eve)
    grant_role(user=eve, role=RoleName.TECHNICIAN, actor=None, scope=hall.access_scope)
    assert list(visible_to(eve)) == [acme]
    assert organization_for(eve, acme.slug) == acme
    assert list(sites_of(eve, acme)) == [hall]


def test_sites_in_more_organizations_take_no_more_queries(
    acme: Organization, other: Organization, bob: User, django_assert_num_queries: Any
) -> None:
    for organization in (acme, other):
        scope = Site.objects.create(organization=organization, name="Yard").access_scope
        Membership.objects.of(organization).get_or_create(organization=organization, user=bob)
        bob.role_bindings.filter(organization=organization).delete()
        grant_role(user=bob, role=RoleName.TECHNICIAN, actor=None, scope=scope)
    with django_assert_num_queries(3):  # the roles, the sites, the organizations
        assert list(visible_to(bob)) == [acme, other]


@pytest.mark.parametrize("at_site", [False, True])
def test_a_role_whose_condition_does_not_hold_shows_nothing(
    at_site: bool, acme: Organization, hall: Site, person: Callable[..., User]
) -> None:
    rule = {"network": ["192.0.2.0/24"]}
    office = Condition.objects.create(organization=acme, name="Office", rule=rule)
    eve = person("eve")
    Membership.objects.create(organization=acme, user=eve)
    scope = (hall if at_site else acme).access_scope
    grant_role(user=eve, role=RoleName.REPORTER, actor=None, scope=scope, condition=office)
    for address, seen in (("192.0.2.1", True), ("198.51.100.1", False)):
        with calling(Caller(address=address)):
            assert visible_to(eve).exists() is seen
            assert sites_of(eve, acme).exists() is seen


def test_a_row_is_found_in_its_organization_by_who_may(
    *, acme: Organization, other: Organization, hall: Site, alice: User, bob: User, charlie: User
) -> None:
    ask = (Site, acme, hall.pk)
    assert owned_for(bob, *ask, Permission.SITES_READ) == hall
    for actor, organization, permission in (
        (bob, acme, Permission.SITES_EDIT),
        (charlie, acme, Permission.SITES_READ),
        (charlie, other, Permission.SITES_READ),
        (alice, other, Permission.SITES_READ),
    ):
        with pytest.raises(NotFound):
            owned_for(actor, Site, organization, hall.pk, permission)
