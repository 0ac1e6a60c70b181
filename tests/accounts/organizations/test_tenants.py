"""Two tenants side by side: whatever people do, nobody sees or changes what is the other's (ASVS 8.4.1)."""

import json
from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.access import services as access
from accounts.access.models import Condition, CustomRole, Invitation, Membership, RoleBinding
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.access.scope import Scope
from accounts.access.selectors.decisions import can
from accounts.access.selectors.members import invitation_of, is_member
from accounts.models import User
from accounts.organizations import services
from accounts.organizations.models import Domain, Organization, SignInPolicy, Site
from accounts.organizations.selectors import (
    organization_for,
    owned_for,
    places_of,
    sites_of,
    visible_to,
)
from mago.audit.models import AuditEvent
from mago.core.errors import NotFound, Refused
from mago.messaging.models import Message
from tests.turns import examples

P = Permission
# What organizations own, and the permission to see one.
OWNED: dict[Any, Permission] = {
    Site: P.SITES_READ,
    Domain: P.DOMAINS_READ,
    CustomRole: P.ROLES_READ,
    Condition: P.ROLES_READ,
    SignInPolicy: P.POLICIES_READ,
    Membership: P.MEMBERS_READ,
    Invitation: P.MEMBERS_READ,
}
# The owners twice, as the others are refused most of what they try.
PEOPLE = st.sampled_from(["alice", "bob", "carol", "charlie", "dan", "alice", "charlie"])
ORGANIZATIONS = st.sampled_from(["acme", "umbra"])
ROLES = st.sampled_from([role for role in RoleName if role != RoleName.PLATFORM_ADMINISTRATOR])
NAMES = st.sampled_from(["one", "two"])
PICK = st.integers(0, 20)


class Tenants(RuleBasedStateMachine):
    """alice owns Acme and charlie Umbra; carol is a technician of both; bob and dan are members of one each."""

    owned = OWNED

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        names = ("alice", "bob", "carol", "charlie", "dan")
        self.people = {name: User.objects.get(email=f"{name}@example.com") for name in names}
        self.organizations = {
            "acme": services.create_organization(
                name="Acme", owner=self.people["alice"], actor=None
            ),
            "umbra": services.create_organization(
                name="Umbra", owner=self.people["charlie"], actor=None
            ),
        }
        self.slugs = {name: organization.slug for name, organization in self.organizations.items()}
        for name, where in (
            ("bob", "acme"),
            ("carol", "acme"),
            ("carol", "umbra"),
            ("dan", "umbra"),
        ):
            organization = self.organizations[where]
            Membership.objects.create(organization=organization, user=self.people[name])
            if name == "carol":
                scope = organization.access_scope
                role = RoleName.TECHNICIAN
                access.grant_role(user=self.people[name], role=role, actor=None, scope=scope)
        for organization in self.organizations.values():
            owner = self.people["alice" if organization.name == "Acme" else "charlie"]
            made = {"organization": organization, "name": "home", "actor": owner}
            services.create_site(**made)
            access.create_condition(**made, rule={"method": ["password"]})
            access.create_custom_role(**made, permissions=["hubs:read"])
            guest = self.people["dan" if organization.name == "Acme" else "bob"].email
            ask = {"organization": organization, "email": guest, "actor": owner}
            access.invite(**ask, role=RoleName.OPERATOR)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # --- how a page comes to what it shows and changes ---

    def actor(self, name: str) -> User:
        return User.objects.get(pk=self.people[name].pk)

    def may(self, work: Any, *, who: str, where: str, **kwargs: Any) -> None:
        """`work` is done by `who`, or refused; it changes nothing of the other organization either way."""
        theirs = {name: one for name, one in self.organizations.items() if name != where}
        before = {name: self.rows_of(one) for name, one in theirs.items()}
        last = self.last_event()
        with suppress(Refused), transaction.atomic():
            work(actor=self.actor(who), **kwargs)
        assert {name: self.rows_of(one) for name, one in theirs.items()} == before
        told = AuditEvent.objects.filter(pk__gt=last).values_list("organization_id", flat=True)
        assert set(told) <= {self.organizations[where].pk}

    def last_event(self) -> int:
        return AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def rows_of(self, organization: Organization) -> list[Any]:
        """All that there is of an organization, as it stands in the database."""
        found = [list(Organization.objects.filter(pk=organization.pk).values())]
        found += [
            list(model.objects.of(organization).order_by("pk").values()) for model in self.owned
        ]
        bindings = RoleBinding.objects.filter(organization=organization)
        return [*found, list(bindings.order_by("pk").values())]

    def any_row(self, model: Any, pick: int) -> Any:
        """A row of any organization, as whoever guesses an id would name it."""
        rows = list(model.objects.everywhere(reason="guessed").order_by("pk"))
        return rows[pick % len(rows)] if rows else None

    def any_name_of(self, row: Any) -> str:
        return next(
            name for name, one in self.organizations.items() if one.pk == row.organization_id
        )

    # --- what people do ---

    @rule(who=PEOPLE, where=ORGANIZATIONS, name=NAMES)
    def rename(self, who: str, where: str, name: str) -> None:
        organization = Organization.objects.get(pk=self.organizations[where].pk)
        self.may(
            services.rename_organization, who=who, where=where, organization=organization, name=name
        )

    @rule(who=PEOPLE, where=ORGANIZATIONS, name=NAMES, kind=st.integers(0, 4))
    def make(self, who: str, where: str, name: str, kind: int) -> None:
        work, kwargs = [
            (services.create_site, {"name": name}),
            (services.claim_domain, {"name": f"{name}.example"}),
            (access.create_custom_role, {"name": name, "permissions": ["hubs:read", "sites:read"]}),
            (access.create_condition, {"name": name, "rule": {"method": ["password"]}}),
            (services.set_policy, {"idle_minutes": 10}),
        ][kind]
        self.may(work, who=who, where=where, organization=self.organizations[where], **kwargs)

    @rule(who=PEOPLE, pick=PICK, kind=st.integers(0, 6), name=NAMES)
    def change(self, who: str, pick: int, kind: int, name: str) -> None:
        model, work, key, kwargs = [
            (
                Site,
                services.edit_site,
                "site",
                {"name": name, "time_zone": "UTC", "attributes": {}},
            ),
            (Site, services.remove_site, "site", {}),
            (Domain, services.remove_domain, "domain", {}),
            (
                CustomRole,
                access.edit_custom_role,
                "role",
                {"name": name, "permissions": ["hubs:read"]},
            ),
            (
                Condition,
                access.edit_condition,
                "condition",
                {"name": name, "rule": {"method": ["saml"]}},
            ),
            (SignInPolicy, services.remove_policy, "policy", {}),
            (Invitation, access.revoke_invitation, "invitation", {}),
        ][kind]
        if row := self.any_row(model, pick):
            where = self.any_name_of(row)
            self.may(work, who=who, where=where, **{key: row}, **kwargs)

    @rule(
        who=PEOPLE, user=PEOPLE, where=ORGANIZATIONS, role=ROLES, pick=PICK, at_site=st.booleans()
    )
    def grant(
        self, *, who: str, user: str, where: str, role: RoleName, pick: int, at_site: bool
    ) -> None:
        site = self.any_row(Site, pick) if at_site else None
        scope = Scope(self.organizations[where].pk, site.pk if site else None)
        ask = {"user": self.people[user], "role": role, "scope": scope}
        if pick % 3 == 0:
            ask["role"] = self.any_row(CustomRole, pick) or role
        if pick % 2 == 0:
            ask["condition"] = self.any_row(Condition, pick)
        self.may(access.grant_role, who=who, where=where, **ask)

    @rule(who=PEOPLE, pick=PICK)
    def revoke(self, who: str, pick: int) -> None:
        bindings = list(RoleBinding.objects.order_by("pk"))
        binding = bindings[pick % len(bindings)]
        self.may(access.revoke_role, who=who, where=self.any_name_of(binding), binding=binding)

    @rule(who=PEOPLE, user=PEOPLE, where=ORGANIZATIONS, role=ROLES, pick=PICK)
    def invite(self, *, who: str, user: str, where: str, role: RoleName, pick: int) -> None:
        ask = {
            "organization": self.organizations[where],
            "email": self.people[user].email,
            "role": role,
        }
        site = self.any_row(Site, pick) if pick % 2 else None
        self.may(access.invite, who=who, where=where, site=site, **ask)

    @rule(who=PEOPLE, pick=PICK)
    def accept(self, who: str, pick: int) -> None:
        sent = list(Message.objects.filter(template="access/invitation").order_by("pk"))
        if not sent:
            return
        secret = json.loads(sent[pick % len(sent)].context)["link"].split("/")[-2]
        if invitation := invitation_of(secret):
            where = self.any_name_of(invitation)

            def accept(actor: User) -> None:
                access.accept_invitation(secret=secret, user=actor)

            self.may(accept, who=who, where=where)

    @rule(who=PEOPLE, pick=PICK)
    def remove(self, who: str, pick: int) -> None:
        membership = self.any_row(Membership, pick)
        where = self.any_name_of(membership)
        self.may(access.remove_member, who=who, where=where, membership=membership)

    # --- what people see ---

    @rule(who=PEOPLE)
    def see(self, who: str) -> None:
        actor = self.actor(who)
        for name, organization in self.organizations.items():
            inside = is_member(actor, organization.pk)
            visible = visible_to(actor).filter(pk=organization.pk).exists()
            assert inside or not visible
            assert visible == self.opens(actor, self.slugs[name])
            for site in sites_of(actor, organization):
                assert site.organization_id == organization.pk
                assert inside
                assert can(actor, P.SITES_READ, site)
            for model, permission in self.owned.items():
                self.see_rows(actor, organization, model, permission)
        for place in places_of(actor):
            assert place.membership.user_id == actor.pk
            assert {b.organization_id for b in place.bindings} <= {place.membership.organization_id}

    def opens(self, actor: User, slug: str) -> bool:
        try:
            return organization_for(actor, slug).slug == slug
        except NotFound:
            return False

    def see_rows(
        self, actor: User, organization: Organization, model: Any, permission: Permission
    ) -> None:
        """Of each row by its id: seen in its own organization by who may, and nowhere else."""
        inside = is_member(actor, organization.pk)
        for row in model.objects.everywhere(reason="guessed"):
            try:
                seen = owned_for(actor, model, organization, row.pk, permission)
            except NotFound:
                continue
            assert seen.organization_id == row.organization_id == organization.pk
            assert inside

    # --- what is always so ---

    @invariant()
    def who_holds_a_role_is_a_member(self) -> None:
        members = {
            (m.user_id, m.organization_id) for m in Membership.objects.everywhere(reason="test")
        }
        held = RoleBinding.objects.exclude(user=None).values_list("user_id", "organization_id")
        assert set(held) <= members

    @invariant()
    def nothing_of_one_hangs_on_the_other(self) -> None:
        beside = ("site", "custom_role", "condition", "service_account")
        for binding in RoleBinding.objects.select_related(*beside):
            for row in (getattr(binding, name) for name in beside):
                assert row is None or row.organization_id == binding.organization_id
        for invitation in Invitation.objects.everywhere(reason="test").select_related("site"):
            assert (
                not invitation.site or invitation.site.organization_id == invitation.organization_id
            )

    @invariant()
    def each_has_an_owner(self) -> None:
        for organization in self.organizations.values():
            owners = RoleBinding.objects.filter(
                organization=organization, role=RoleName.ORGANIZATION_OWNER
            )
            assert owners.exclude(user=None).exists()


@pytest.mark.exhaustive
@pytest.mark.one_database
@pytest.mark.slow
@pytest.mark.django_db
def test_no_cross_read_and_no_cross_write(person: Any) -> None:
    for name in ("alice", "bob", "carol", "charlie", "dan"):
        person(name)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Tenants,
        settings=settings(
            deadline=None,
            max_examples=examples(8),
            stateful_step_count=18,
            suppress_health_check=list(HealthCheck),
        ),
    )
