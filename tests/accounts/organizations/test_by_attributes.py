"""A role of a whole organization that counts at some of its sites, for what these are, shows the way there."""

from typing import Any

import pytest

from accounts.access.models import Condition, Membership
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.access.selectors.decisions import can, can_within
from accounts.access.services import grant_role
from accounts.models import User
from accounts.organizations.models import Organization, Site
from accounts.organizations.selectors import (
    organization_for,
    sites_anywhere,
    sites_of,
    visible_to,
)
from accounts.organizations.services import create_organization
from hubs.models import Hub, Room
from hubs.selectors import hubs_anywhere, hubs_of
from mago.core.errors import NotFound

ITALIAN: dict[str, Any] = {"attribute": {"name": "site.country", "any_of": ["IT"]}}
ELSEWHERE: dict[str, Any] = {"network": ["192.0.2.0/24"]}


@pytest.fixture
def acme(alice: User) -> Organization:
    return create_organization(name="Acme", owner=alice, actor=None)


@pytest.fixture
def rome(acme: Organization) -> Site:
    site: Site = Site.objects.create(organization=acme, name="Rome", attributes={"country": "IT"})
    Site.objects.create(organization=acme, name="Paris", attributes={"country": "FR"})
    other = create_organization(name="Umbra", owner=User.objects.get(), actor=None)
    Site.objects.create(organization=other, name="Milan", attributes={"country": "IT"})
    return site


def anew(user: User) -> User:
    return User.objects.get(pk=user.pk)


def technician(bob: User, acme: Organization, rule: dict[str, Any]) -> User:
    Membership.objects.create(organization=acme, user=bob)
    condition = Condition.objects.create(organization=acme, name="Where", rule=rule)
    scope = acme.access_scope
    grant_role(user=bob, role=RoleName.TECHNICIAN, actor=None, scope=scope, condition=condition)
    return anew(bob)


def with_hub(site: Site, serial: str) -> Hub:
    where: dict[str, Any] = {"organization": site.organization, "site": site}
    hub: Hub = Hub.objects.create(
        **where, room=Room.objects.create(**where, name="1"), serial=serial, name=serial
    )
    return hub


def test_whoever_holds_it_sees_the_organization_and_those_sites(
    acme: Organization, rome: Site, bob: User
) -> None:
    technician(bob, acme, {"all": [ITALIAN]})
    assert list(visible_to(anew(bob))) == [acme]
    assert organization_for(anew(bob), acme.slug) == acme
    assert list(sites_of(anew(bob), acme)) == list(sites_anywhere(anew(bob))) == [rome]
    assert can_within(anew(bob), Permission.HUBS_REBOOT, acme)
    assert can_within(anew(bob), Permission.HUBS_REBOOT)
    assert not can_within(anew(bob), Permission.ROLES_BIND, acme)
    assert not can(anew(bob), Permission.HUBS_REBOOT, acme)


def test_and_the_hubs_there(acme: Organization, rome: Site, bob: User) -> None:
    here = with_hub(rome, "HERE")
    with_hub(Site.objects.of(acme).get(name="Paris"), "THERE")
    technician(bob, acme, ITALIAN)
    assert list(hubs_of(anew(bob), acme)) == list(hubs_anywhere(anew(bob))) == [here]


@pytest.mark.parametrize("rule", [{"all": [ITALIAN, ELSEWHERE]}, {"not": ITALIAN}, ELSEWHERE])
def test_where_it_counts_nowhere_it_shows_nothing(
    rule: dict[str, Any], acme: Organization, rome: Site, bob: User
) -> None:
    technician(bob, acme, rule)
    Site.objects.of(acme).filter(name="Paris").delete()
    assert not visible_to(anew(bob)).exists()
    assert not can_within(anew(bob), Permission.HUBS_REBOOT, acme)
    with pytest.raises(NotFound):
        organization_for(anew(bob), acme.slug)


def test_nobody_else_pays_for_it(
    acme: Organization, rome: Site, bob: User, django_assert_num_queries: Any
) -> None:
    who = technician(bob, acme, ELSEWHERE)
    with django_assert_num_queries(1):
        assert not can_within(who, Permission.HUBS_REBOOT, acme)
