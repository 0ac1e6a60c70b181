"""Whatever people do to each other: power is passed on, and never made."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.access.models import Condition, CustomRole, Membership, RoleBinding
from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import (
    accept_invitation,
    create_custom_role,
    delete_custom_role,
    edit_custom_role,
    grant_role,
    invite,
    remove_member,
    revoke_role,
)
from accounts.models import User
from accounts.organizations.models import Organization, Site
from mago.core.context import Caller, calling
from mago.core.errors import Refused
from mago.messaging.models import Message
from tests.turns import examples

pytestmark = pytest.mark.one_database

ROLES = [
    RoleName.GUEST,
    RoleName.TECHNICIAN,
    RoleName.SITE_ADMINISTRATOR,
    RoleName.ORGANIZATION_OWNER,
    RoleName.ORGANIZATION_OWNER,
    RoleName.PLATFORM_ADMINISTRATOR,
    "custom",
]
PLACES = ["platform", "organization", "organization", "organization", "hall", "tower"]
TERMS = ["for good", "for good", "under a condition", "for an hour"]
NAMES = ["hubs:read", "hubs:reboot", "roles:bind", "roles:edit", "members:invite", "members:remove"]
HELD = st.tuples(
    st.integers(0, 3), st.sampled_from(ROLES), st.sampled_from(PLACES), st.sampled_from(TERMS)
)
KINDS = [*["grant"] * 6, "invite", "invite", "revoke", "make", "edit", "delete", "remove"]
STEPS = st.tuples(
    st.sampled_from(KINDS),
    st.sampled_from([0, 0, 0, 1, 2, 3]),  # who does it
    HELD,
    st.sets(st.sampled_from(NAMES)),
)


class Stage:
    """Four people, of whom the last is no member, and what they may hold in one organization of two sites."""

    def __init__(self, people: list[User], acme: Organization, sites: list[Site]) -> None:
        self.people, self.acme = people, acme
        self.places = {"platform": PLATFORM, "organization": acme.access_scope}
        self.places |= {site.name: site.access_scope for site in sites}
        anywhere = {"network": ["0.0.0.0/0"]}
        self.condition = Condition.objects.create(organization=acme, name="A", rule=anywhere)
        CustomRole.objects.create(organization=acme, name="R", permissions=["hubs:reboot"])

    def power(self, *, for_good: bool) -> set[tuple[str, str]]:
        """All (permission, place) that anybody holds: for good, or in any way."""
        return {
            (permission, name)
            for binding in RoleBinding.objects.select_related("custom_role")
            if not for_good or (binding.condition_id is None and binding.expires_at is None)
            for name, place in self.places.items()
            if binding.scope.covers(place)
            for permission in binding.permissions
        }

    def grant(self, held: Any, actor: User | None) -> None:
        who, role, place, terms = held
        end = timezone.now() + timedelta(hours=1)
        how: dict[str, Any] = {
            "under a condition": {"condition": self.condition},
            "for an hour": {"expires_at": end},
        }
        role = self.custom if role == "custom" else role
        if role is not None:
            target = self.people[who]
            grant_role(
                user=target, role=role, actor=actor, scope=self.places[place], **how.get(terms, {})
            )

    @property
    def custom(self) -> CustomRole | None:
        found: CustomRole | None = CustomRole.objects.of(self.acme).order_by("name").first()
        return found

    def do(self, kind: str, by: int, held: Any, names: set[str]) -> None:
        actor, user, custom = (
            User.objects.get(pk=self.people[by].pk),
            self.people[held[0]],
            self.custom,
        )
        wanted = {"permissions": sorted(names), "actor": actor}
        if kind == "grant":
            self.grant(held, actor)
        elif kind == "invite" and held[1] != "custom":
            invite(organization=self.acme, email=user.email, role=held[1], actor=actor)
            link = json.loads(Message.objects.latest("created_at", "id").context)["link"]
            accept_invitation(secret=link.split("/")[-2], user=user)
        elif kind == "revoke" and (binding := RoleBinding.objects.filter(user=user).first()):
            revoke_role(binding=binding, actor=actor)
        elif kind == "make":
            create_custom_role(organization=self.acme, name="N", **wanted)
        elif kind == "edit" and custom:
            edit_custom_role(role=custom, name=custom.name, **wanted)
        elif kind == "delete" and custom:
            delete_custom_role(role=custom, actor=actor)
        elif kind == "remove" and (
            membership := Membership.objects.of(self.acme).filter(user=user).first()
        ):
            remove_member(membership=membership, actor=actor)


@contextmanager
def undone() -> Iterator[None]:
    """Nothing of what is done inside is left."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def stage(acme: Organization, alice: User, bob: User, charlie: User, dora: User) -> Stage:
    Membership.objects.create(organization=acme, user=charlie)
    sites = [Site.objects.create(organization=acme, name=name) for name in ("hall", "tower")]
    return Stage([alice, bob, charlie, dora], acme, sites)


@pytest.mark.slow
@settings(
    deadline=None,
    max_examples=examples(25),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(start=st.lists(HELD, max_size=3), steps=st.lists(STEPS, min_size=5, max_size=10))
def test_no_sequence_of_changes_makes_more_power_than_there_was(
    stage: Stage, start: Any, steps: Any
) -> None:
    """What nobody held for good is held for good by nobody, and what nobody held at all is held by nobody."""
    with undone(), calling(Caller(address="192.0.2.1")):
        RoleBinding.objects.all().delete()
        # Somebody who may bind roles, or all the rest is refused.
        first = (0, RoleName.SITE_ADMINISTRATOR, "organization", "for good")
        for held in [first, *start]:
            with suppress(Refused):
                stage.grant(held, None)
        for_good, at_all = stage.power(for_good=True), stage.power(for_good=False)
        for step in steps:
            with suppress(Refused):
                stage.do(*step)
            assert stage.power(for_good=True) <= for_good
            assert stage.power(for_good=False) <= at_all
