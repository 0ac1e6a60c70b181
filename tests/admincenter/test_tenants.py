"""Two tenants side by side, with all that they work with: hubs, programs, identity providers and tickets (ASVS 8.4.1).

Whatever people and programs do, nobody sees or changes what is the other's. The people and what they do to
memberships and roles meanwhile are those of tests/accounts/organizations/test_tenants.py.
"""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

import hubs.services as fleet
from accounts.access import services as access
from accounts.access.models import ServiceAccount
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.access.selectors.decisions import can
from accounts.access.selectors.members import is_member
from accounts.federation.enterprise import services as enterprise
from accounts.federation.enterprise.models import Allowance, DomainRoute, IdentityProvider
from accounts.organizations.models import Domain, Organization, Site
from accounts.organizations.selectors import organization_for, owned_for
from accounts.provider.models import ApiToken
from accounts.provider.services import create_api_token, revoke_api_token
from admincenter.security.models import Entry, Risk, Ticket
from admincenter.security.selectors.programmes import programme_of
from admincenter.security.selectors.risks import risk_for
from admincenter.security.selectors.tickets import ticket_by_id
from admincenter.security.services import risks, tickets
from hubs.models import Credential, EnrolmentCode, Hub, Room, State
from hubs.operations import grouping
from hubs.operations.kinds import Kind
from hubs.operations.models import Assignment, Group, Tag, Task
from hubs.operations.models import Membership as Belonging
from hubs.operations.orders import cancel_task, order_task
from hubs.selectors import hubs_anywhere, hubs_of, rooms_of
from mago.core.errors import Forbidden, NotFound
from tests.accounts.organizations.test_tenants import (
    NAMES,
    ORGANIZATIONS,
    OWNED,
    PICK,
    ROLES,
    Tenants,
)
from tests.turns import examples

P = Permission
# Beside what the people's machine owns; each with the permission to see one.
WORK: dict[Any, Permission] = {
    Room: P.HUBS_READ,
    Hub: P.HUBS_READ,
    Group: P.HUBS_READ,
    Task: P.HUBS_READ,
    EnrolmentCode: P.HUBS_READ,
    ServiceAccount: P.SERVICE_ACCOUNTS_READ,
    IdentityProvider: P.IDENTITY_PROVIDERS_READ,
    Ticket: P.TICKETS_READ,
    Risk: P.RISKS_READ,
}
# What is an organization's by another row, and the way to it.
PARTS: dict[Any, str] = {
    ApiToken: "service_account__organization",
    Tag: "hub__organization",
    Credential: "hub__organization",
    Belonging: "group__organization",
    Assignment: "task__organization",
    DomainRoute: "provider__organization",
    Entry: "ticket__programme__organization",
    Risk.tickets.through: "risk__programme__organization",
}
# Who may do most of it, and who may do it in both.
WORKERS = st.sampled_from(["alice", "charlie", "carol", "carol", "bob"])
DEGREES = ("likelihood", "impact", "residual_likelihood", "residual_impact")


class Works(Tenants):
    """As there; and each organization has one of everything, and a program that is its technician.

    carol looks after the hubs and the security of both: nothing but where a row lies keeps her from mixing them up.
    """

    owned = OWNED | WORK

    def __init__(self) -> None:
        super().__init__()
        for name, organization in self.organizations.items():
            owner = self.people["alice" if name == "acme" else "charlie"]
            self.furnish(organization, owner)
            scope = organization.access_scope
            for role in (RoleName.SITE_ADMINISTRATOR, RoleName.SECURITY_OFFICER):
                access.grant_role(user=self.people["carol"], role=role, actor=None, scope=scope)

    def furnish(self, organization: Organization, owner: Any) -> None:
        made = {"organization": organization, "actor": owner}
        site = Site.objects.of(organization).get()
        room = fleet.create_room(site=site, name="home", actor=owner)
        hub = Hub.objects.create(
            organization=organization,
            site=site,
            room=room,
            model="P",
            serial=organization.slug,
            state=State.ACTIVE,
        )
        group = grouping.create_group(name="home", **made)
        grouping.add_to_group(group=group, hubs=[hub], actor=owner)
        order_task(kind=Kind.LOCATE, hubs=[hub], addressed_to="home", **made)
        fleet.create_enrolment_code(room=room, **made)
        robot = access.create_service_account(name="home", role=RoleName.TECHNICIAN, **made)
        create_api_token(account=robot, name="home", actor=owner)
        Allowance.objects.create(organization=organization)
        enterprise.create_provider(kind="oidc", name="home", **made)
        Domain.objects.create(
            organization=organization,
            name=f"{organization.slug}.example",
            proved_at=organization.created_at,
        )
        programme = programme_of(organization)
        ticket = tickets.create_ticket(
            programme=programme, title="home", source="scanner", actor=owner
        )
        risk = risks.register_risk(programme=programme, actor=owner, **self.risk("home"))
        risks.link_ticket(risk=risk, ticket=ticket, actor=owner)

    def risk(self, name: str) -> dict[str, Any]:
        kept = {"asset": name, "threat": "t", "treatment": "accept", "review_on": date(2026, 1, 5)}
        return kept | dict.fromkeys(DEGREES, 1)

    def rows_of(self, organization: Organization) -> list[Any]:
        found = super().rows_of(organization)
        for model, way in PARTS.items():
            rows = model._base_manager.filter(**{way: organization})
            found.append(list(rows.order_by("pk").values()))
        return found

    def robot(self, pick: int) -> ServiceAccount | None:
        account: ServiceAccount | None = self.any_row(ServiceAccount, pick)
        return account

    # --- hubs ---

    @rule(who=WORKERS, where=ORGANIZATIONS, pick=PICK, both=st.booleans(), by_robot=st.booleans())
    def order(self, *, who: str, where: str, pick: int, both: bool, by_robot: bool) -> None:
        chosen = [self.any_row(Hub, number) for number in range(pick, pick + (2 if both else 1))]
        robot, kind = self.robot(pick // 2), list(Kind)[pick % len(Kind)]

        def order(actor: Any) -> None:
            order_task(
                organization=self.organizations[where],
                kind=kind,
                parameters={"version": "2.0"} if kind == Kind.UPDATE else {},
                hubs=chosen,
                addressed_to="them",
                actor=robot if by_robot and robot else actor,
            )

        self.may(order, who=who, where=where)

    @rule(who=WORKERS, pick=PICK)
    def cancel(self, who: str, pick: int) -> None:
        task = self.any_row(Task, pick)
        self.may(cancel_task, who=who, where=self.any_name_of(task), task=task)

    @rule(who=WORKERS, pick=PICK, place=PICK, name=NAMES, kind=st.integers(0, 6))
    def fit_out(self, *, who: str, pick: int, place: int, name: str, kind: int) -> None:
        """What is changed is one's own or the other's, and so is the place that it is given."""
        site, room = self.any_row(Site, place), self.any_row(Room, place)
        moved = {"name": name, "site": room.site if room else site, "room": room}
        model, work, key, kwargs = [
            (Site, fleet.create_room, "site", {"name": name}),
            (Room, fleet.edit_room, "room", {"name": name}),
            (Room, fleet.remove_room, "room", {}),
            (Hub, fleet.edit_hub, "hub", moved),
            (Hub, fleet.suspend_hub, "hub", {"reason": name}),
            (Hub, fleet.reactivate_hub, "hub", {"reason": name}),
            (Hub, grouping.set_tags, "hub", {"tags": [name]}),
        ][kind]
        if (row := self.any_row(model, pick)) and moved["site"]:
            self.may(work, who=who, where=self.any_name_of(row), **{key: row}, **kwargs)

    @rule(who=WORKERS, where=ORGANIZATIONS, pick=PICK, kind=st.integers(0, 2))
    def hand_out_codes(self, *, who: str, where: str, pick: int, kind: int) -> None:
        key, model = [("site", Site), ("room", Room), ("hub", Hub)][kind]
        ask = {"organization": self.organizations[where], key: self.any_row(model, pick)}
        self.may(fleet.create_enrolment_code, who=who, where=where, **ask)

    @rule(who=WORKERS, where=ORGANIZATIONS, pick=PICK, hub=PICK, name=NAMES, kind=st.integers(0, 4))
    def group(self, *, who: str, where: str, pick: int, hub: int, name: str, kind: int) -> None:
        group = self.any_row(Group, pick)
        if kind == 0 or group is None:
            ask = {"organization": self.organizations[where], "name": name}
            self.may(grouping.create_group, who=who, where=where, **ask)
            return
        work, kwargs = [
            (grouping.rename_group, {"name": name}),
            (grouping.remove_group, {}),
            (grouping.add_to_group, {"hubs": [self.any_row(Hub, hub)]}),
            (grouping.take_from_group, {"hubs": [self.any_row(Hub, hub)]}),
        ][kind - 1]
        self.may(work, who=who, where=self.any_name_of(group), group=group, **kwargs)

    # --- programs ---

    @rule(who=WORKERS, where=ORGANIZATIONS, pick=PICK, name=NAMES, kind=st.integers(0, 3))
    def run_programs(self, *, who: str, where: str, pick: int, name: str, kind: int) -> None:
        account = self.robot(pick)
        if kind == 0 or account is None:
            ask = {"organization": self.organizations[where], "name": name}
            site = self.any_row(Site, pick) if pick % 2 else None
            ask |= {"role": RoleName.OPERATOR, "site": site}
            self.may(access.create_service_account, who=who, where=where, **ask)
        elif kind == 1:
            ask = {"account": account, "name": name}
            self.may(create_api_token, who=who, where=self.any_name_of(account), **ask)
        elif kind == 2:
            ask = {"account": account, "active": bool(pick % 2)}
            work = access.set_service_account_active
            self.may(work, who=who, where=self.any_name_of(account), **ask)
        elif token := self.any_row(ApiToken, pick):
            at = self.any_name_of(token.service_account)
            self.may(revoke_api_token, who=who, where=at, token=token)

    @rule(who=WORKERS, where=ORGANIZATIONS, pick=PICK, role=ROLES)
    def grant_to_programs(self, *, who: str, where: str, pick: int, role: RoleName) -> None:
        scope = self.organizations[where].access_scope
        ask = {"user": self.robot(pick), "role": role, "scope": scope}
        self.may(access.grant_role, who=who, where=where, **ask)

    @rule(pick=PICK)
    def programs_see(self, pick: int) -> None:
        """By whatever organization's address a program asks, it finds what is its own."""
        account = self.robot(pick)
        assert account is not None
        for organization in self.organizations.values():
            for model, permission in self.owned.items():
                for row in model.objects.everywhere(reason="guessed"):
                    try:
                        seen = owned_for(account, model, organization, row.pk, permission)
                    except NotFound:
                        continue
                    assert seen.organization_id == organization.pk == account.organization_id
        assert {hub.organization_id for hub in hubs_anywhere(account)} <= {account.organization_id}

    # --- identity providers ---

    @rule(who=WORKERS, where=ORGANIZATIONS, pick=PICK, name=NAMES, kind=st.integers(0, 3))
    def federate(self, *, who: str, where: str, pick: int, name: str, kind: int) -> None:
        provider, domain = self.any_row(IdentityProvider, pick), self.any_row(Domain, pick // 2)
        if kind == 0 or provider is None:
            ask = {"organization": self.organizations[where], "kind": "saml", "name": name}
            self.may(enterprise.create_provider, who=who, where=where, **ask)
            return
        work, kwargs = [
            (enterprise.edit_provider, {"name": name}),
            (enterprise.remove_provider, {}),
            (enterprise.set_route, {"domain": domain, "enforcement": "off"}),
        ][kind - 1]
        if kind != 3 or domain:
            self.may(work, who=who, where=self.any_name_of(provider), provider=provider, **kwargs)

    # --- security: as its pages do it, which find the programme first and what is in it by its key ---

    @rule(
        who=WORKERS, where=ORGANIZATIONS, pick=PICK, other=PICK, name=NAMES, kind=st.integers(0, 3)
    )
    def secure(self, *, who: str, where: str, pick: int, other: int, name: str, kind: int) -> None:
        ticket, second = self.any_row(Ticket, pick), self.any_row(Ticket, other)

        def secure(actor: Any) -> None:
            programme = programme_of(organization_for(actor, self.slugs[where]))
            if not can(actor, P.TICKETS_EDIT, programme):
                raise Forbidden
            if kind == 0:
                made = {"programme": programme, "title": name, "source": "scanner"}
                tickets.create_ticket(actor=actor, **made)
            elif kind == 1:
                found = ticket_by_id(programme, ticket.pk)
                assert found.organization_id == self.organizations[where].pk
                tickets.edit_ticket(ticket=found, title=name, actor=actor)
            elif kind == 2:
                # The other may be anybody's: it is chosen in a form.
                found = ticket_by_id(programme, ticket.pk)
                tickets.relate_tickets(ticket=found, other=second, actor=actor)
            else:
                # Of whom one may not belong there.
                to = self.people["dan" if pick % 2 else "bob"]
                found = ticket_by_id(programme, ticket.pk)
                tickets.assign_ticket(ticket=found, assignee=to, actor=actor)

        self.may(secure, who=who, where=where)

    @rule(who=WORKERS, where=ORGANIZATIONS, pick=PICK, other=PICK, new=st.booleans())
    def weigh(self, *, who: str, where: str, pick: int, other: int, new: bool) -> None:
        risk, ticket = self.any_row(Risk, pick), self.any_row(Ticket, other)

        def weigh(actor: Any) -> None:
            programme = programme_of(organization_for(actor, self.slugs[where]))
            if not can(actor, P.RISKS_EDIT, programme):
                raise Forbidden
            if new:
                risks.register_risk(programme=programme, actor=actor, **self.risk("new"))
            else:
                found = risk_for(programme, risk.pk)
                assert found.organization_id == self.organizations[where].pk
                risks.link_ticket(risk=found, ticket=ticket, actor=actor)

        self.may(weigh, who=who, where=where)

    # --- what people see ---

    @rule(who=WORKERS)
    def look_around(self, who: str) -> None:
        actor = self.actor(who)
        theirs = {o.pk for o in self.organizations.values() if is_member(actor, o.pk)}
        assert {hub.organization_id for hub in hubs_anywhere(actor)} <= theirs
        for organization in self.organizations.values():
            for rows in (hubs_of(actor, organization), rooms_of(actor, organization)):
                found = {row.organization_id for row in rows}
                assert found <= {organization.pk} & theirs

    # --- what is always so ---

    @invariant()
    def nothing_stands_at_the_other_s(self) -> None:
        for hub in Hub.objects.everywhere(reason="test").select_related("site", "room"):
            assert hub.site.organization_id == hub.organization_id
            assert hub.room is None or hub.room.site_id == hub.site_id
        for room in Room.objects.everywhere(reason="test").select_related("site"):
            assert room.site.organization_id == room.organization_id
        beside = ("site", "room", "hub")
        for code in EnrolmentCode.objects.everywhere(reason="test").select_related(*beside):
            for place in filter(None, (getattr(code, name) for name in beside)):
                assert place.organization_id == code.organization_id

    @invariant()
    def no_work_of_one_hangs_on_the_other(self) -> None:
        pairs: list[tuple[Any, str, str]] = [
            (Assignment.objects, "task", "hub"),
            (Belonging.objects.everywhere(reason="test"), "group", "hub"),
            (DomainRoute.objects, "domain", "provider"),
            (Risk.tickets.through.objects, "risk", "ticket"),
            (Ticket.related.through.objects, "from_ticket", "to_ticket"),
        ]
        for rows, one, other in pairs:
            for row in rows.select_related(one, other):
                assert getattr(row, one).organization_id == getattr(row, other).organization_id


@pytest.mark.exhaustive
@pytest.mark.one_database
@pytest.mark.slow
@pytest.mark.django_db
def test_no_cross_read_and_no_cross_write_at_work(person: Any) -> None:
    for name in ("alice", "bob", "carol", "charlie", "dan"):
        person(name)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Works,
        settings=settings(
            deadline=None,
            max_examples=examples(12),
            stateful_step_count=32,
            suppress_health_check=list(HealthCheck),
        ),
    )
