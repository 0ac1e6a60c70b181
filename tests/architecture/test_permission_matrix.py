"""Who gets where: every page of the admin center × everybody, by the permission that the page declares.

The pages are found by walking the resolver, so a new one is tested by existing. What its view
demands is read from the view, and what a role holds from the roles: nobody keeps a table. In each run
the roles take turns at a share of them (tests/turns.py); `bin/test --exhaustive` has each try all.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from accounts.access.models import Membership, ServiceAccount
from accounts.access.permissions import NAMES, PLATFORM_ONLY, SENSITIVE, Permission
from accounts.access.roles import ON_PLATFORM, PERMISSIONS, RoleName
from accounts.access.scope import PLATFORM, Scope
from accounts.access.services import (
    create_condition,
    create_custom_role,
    create_service_account,
    grant_role,
    invite,
)
from accounts.federation.directory.models import Directory, SyncRun
from accounts.federation.enterprise.models import Allowance, BreakGlass, EnterpriseIdentity
from accounts.federation.enterprise.services import create_provider
from accounts.federation.enterprise.services.setup_links import create_link
from accounts.organizations.models import Site
from accounts.organizations.services import (
    claim_domain,
    create_organization,
    create_site,
    set_policy,
)
from accounts.provider.services import create_api_token, create_application
from accounts.sessions.models import Session
from admincenter.security.selectors.programmes import programme_of
from admincenter.security.services.attachments import attach
from admincenter.security.services.penetration_tests import add_report, mark_held, plan_test
from admincenter.security.services.releases import create_release
from admincenter.security.services.risks import hold_assessment, link_ticket, register_risk
from admincenter.security.services.tickets import create_ticket, relate_tickets
from hubs.models import Hub
from hubs.models import State as HubState
from hubs.operations.grouping import create_group
from hubs.operations.kinds import Kind
from hubs.operations.orders import order_task
from hubs.services import create_enrolment_code, create_room
from mago.audit.models import AuditEvent
from mago.audit.tags import Tag
from mago.core.guards import SIGNED_IN
from tests.conftest import App, Browser
from tests.trail import record
from tests.turns import a_share, by_turns

pytestmark = [pytest.mark.one_database, pytest.mark.slow, pytest.mark.exhaustive]

PREFIXES = (
    "admincenter/organizations/<slug:slug>/",
    "admincenter/hubs/<slug:slug>/",
    "admincenter/security/<slug:slug>/",
    "admincenter/identity-providers/<slug:slug>/",
)
ROLES = [role for role in RoleName if role != RoleName.PLATFORM_ADMINISTRATOR]


class Route(NamedTuple):
    pattern: str
    view: Any

    @property
    def access(self) -> str:
        return str(self.view.access)

    @property
    def permission(self) -> Permission:
        return Permission(self.access)

    @property
    def within(self) -> bool:
        return bool(self.view.within)


def everywhere(resolver: Any = None, before: str = "") -> Iterator[Route]:
    """The routes of all pages that take a permission."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from everywhere(pattern, path)
        elif path.startswith("admincenter/"):
            yield Route(path, pattern.callback)


ALL = [route for route in everywhere() if route.pattern.startswith(PREFIXES)]
# Of the platform, or of whatever one belongs to.
ELSEWHERE = [route for route in everywhere() if not route.pattern.startswith(PREFIXES)]


@pytest.fixture
def fill(alice: Any) -> Callable[[Route], str]:
    """The path of a route with what stands for it in Acme, which has one of everything."""
    acme = create_organization(name="Acme", owner=alice, actor=alice)
    made = {"organization": acme, "actor": alice}
    invitation = invite(
        organization=acme, email="eve@example.com", role=RoleName.GUEST, actor=alice
    )
    event = record(Tag.SITE_CREATED, actor=alice, organization_id=acme.pk)
    robot = create_service_account(name="Robot", **made)
    rows = {
        "slug": acme.slug,
        "organization_id": acme.pk,
        "member_id": Membership.objects.of(acme).get().pk,
        "invitation_id": invitation.pk,
        "binding_id": alice.role_bindings.get().pk,
        "role_id": create_custom_role(name="Own", permissions=["hubs:read"], **made).pk,
        "condition_id": create_condition(name="Own", rule={"method": ["password"]}, **made).pk,
        "site_id": create_site(name="Hall", **made).pk,
        "domain_id": claim_domain(name="example.com", **made).pk,
        "policy_id": set_policy(idle_minutes=600, **made).pk,
        "account_id": robot.pk,
        "token_id": create_api_token(account=robot, name="Nightly", actor=alice)[0].pk,
        "application_id": create_application(
            name="Wiki", type="confidential", redirect_uris=["https://a.example/"], **made
        )[0].pk,
        "slot": 1,
        "event_id": event.pk,
        "export_id": alice.pk,
        "stream_id": alice.pk,
        "letter_id": alice.pk,
        "person_id": alice.pk,
        "session_id": alice.pk,
        "family_id": alice.pk,
        "copy_id": alice.pk,
        "lockdown_id": alice.pk,
        "message_id": alice.pk,
        "job_id": alice.pk,
        "kind": "google",
        "action": "invite_member",
        **dict.fromkeys(("browser_id", "identity_id", "consent_id", "place_id"), alice.pk),
        "method": "totp",
        "key": 1,
        **provider_of(acme, alice),
    }
    rows |= hubs_of(acme, alice, rows["site_id"])
    rows |= security_of(acme, alice)
    return lambda route: (
        "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(rows[found[1]]), route.pattern)
    )


def provider_of(acme: Any, alice: Any) -> dict[str, Any]:
    """An identity provider with a directory and its sync, with a person and a set-up link."""
    Allowance.objects.create(organization=acme)
    BreakGlass.objects.create(organization=acme, user=alice)
    provider = create_provider(organization=acme, kind="ldap", name="Entra", actor=alice)
    Directory.objects.create(provider=provider)
    link, _address = create_link(provider=provider, actor=alice)
    identity = EnterpriseIdentity.objects.create(
        provider=provider, issuer="i", subject="s", user=alice
    )
    return {
        "provider_id": provider.pk,
        "step": "values",
        "run_id": SyncRun.objects.create(provider=provider, version=1).pk,
        "link_id": link.pk,
        "identity_id": identity.pk,
    }


def hubs_of(acme: Any, alice: Any, site_id: Any) -> dict[str, Any]:
    """A hub in a room, with a code, in a group, with a task."""
    made = {"organization": acme, "actor": alice}
    site = Site.objects.of(acme).get(pk=site_id)
    room = create_room(site=site, name="Blue", actor=alice)
    hub = Hub.objects.create(
        organization=acme, site=site, room=room, model="P", serial="S-1", state=HubState.ACTIVE
    )
    task = order_task(kind=Kind.LOCATE, hubs=[hub], addressed_to="S-1", **made)
    return {
        "room_id": room.pk,
        "hub_id": hub.pk,
        "code_id": create_enrolment_code(room=room, **made)[0].pk,
        "group_id": create_group(name="Pilots", **made).pk,
        "task_id": task.pk,
        "assignment_id": task.assignments.get().pk,
    }


def security_of(acme: Any, alice: Any) -> dict[str, Any]:
    """A ticket with a file, a release, a penetration test with a report, a risk and an assessment."""
    programme = programme_of(acme)
    made = {"programme": programme, "actor": alice}
    release = create_release(version="1", **made)
    day = date(2026, 1, 5)
    test = plan_test(
        firm="Firm", methodology="WSTG", scope="All", starts_on=day, ends_on=day, **made
    )
    degrees = ("likelihood", "impact", "residual_likelihood", "residual_impact")
    risk = register_risk(
        asset="Hubs",
        threat="Theft",
        treatment="accept",
        review_on=day,
        **dict.fromkeys(degrees, 1),
        **made,
    )
    ticket = create_ticket(programme=programme, title="Old", source="scanner", actor=alice)
    other = create_ticket(programme=programme, title="Other", source="scanner", actor=alice)
    relate_tickets(ticket=ticket, other=other, actor=alice)
    link_ticket(risk=risk, ticket=ticket, actor=alice)
    upload = SimpleUploadedFile("a.txt", b"seen")
    return {
        "number": ticket.number,
        "other_id": other.pk,
        "checkpoint": "review",
        "ticket_id": ticket.pk,
        "move": "reject",
        "attachment_id": attach(ticket=ticket, upload=upload, actor=alice).pk,
        "release_id": release.pk,
        "test_id": mark_held(test=test, actor=alice).pk,
        "report_id": add_report(test=test, upload=upload, actor=alice).pk,
        "risk_id": risk.pk,
        "assessment_id": hold_assessment(held_on=day, summary="Fine", **made).pk,
    }


@pytest.fixture
def acme(fill: Any) -> Any:
    from accounts.organizations.models import Organization

    return Organization.objects.get(slug="acme")


def holder_of(role: RoleName, organization: Any, person: Any) -> Any:
    """A member who holds this role."""
    user = person(role.value.replace("_", "-"))
    Membership.objects.create(organization=organization, user=user)
    grant_role(user=user, role=role, actor=None, scope=organization.access_scope)
    return user


def holds(door: Any, role: RoleName) -> bool:
    return door.permission in PERMISSIONS[role]


def opens_elsewhere(door: Any, role: RoleName | None) -> bool:
    """Whether what is not of one organization lets in who holds this role in one, or None and belongs nowhere."""
    if door.access == SIGNED_IN:
        return True
    return door.within and role is not None and holds(door, role)


def holds_on_platform(door: Any, role: str) -> bool:
    return door.permission in ON_PLATFORM[role]


def is_form(route: Route) -> bool:
    """Whether a route only takes what is posted, as its answer to GET tells."""
    return route.pattern.rsplit("/", 2)[-2] in {
        "disable", "enable", "remove", "revoke", "delete", "transfer", "check", "download",
        "regroup", "cancel", "lock-down", "quarantine", "suspend", "reactivate", "retire", "rotate", "reenrol",
        "assign", "comment", "watch", "relate", "attach", "share",
        "sign", "deploy", "hold", "close", "link",
        "allow", "disallow", "route", "name", "test", "state", "new",
        "prepare", "activate",
        "start", "dry-run", "confirm", "drop", "choose", "export",
    }  # fmt: skip


def test_the_matrix_is_not_empty() -> None:
    assert len(ALL) > 30
    assert {route.permission for route in ALL} > {Permission.MEMBERS_READ, Permission.ROLES_BIND}


def test_nobody_is_let_in_without_signing_in(fill: Any) -> None:
    let_in = []
    for route in a_share([*ALL, *ELSEWHERE]):
        path = fill(route)
        for ask in (Browser().get, Browser().post):
            answer = ask(path)
            if (answer.status_code, answer.get("Location", "")[:16]) != (302, "/accounts/login/"):
                let_in.append((path, answer.status_code))
    assert let_in == []


def test_strangers_find_nothing(
    fill: Any, charlie: Any, person: Any, without_templates: None
) -> None:
    """Neither who belongs nowhere nor who owns another organization."""
    owner, answers, expected = person("erin"), {}, {}
    create_organization(name="Other", owner=owner, actor=owner)
    browsers = {who.name: Browser().as_person(who) for who in (charlie, owner)}
    for route, who in by_turns(a_share(ALL), list(browsers), lambda *_: False):
        path, browser = fill(route), browsers[who]
        answers[route.pattern, who] = browser.get(path).status_code, browser.post(path).status_code
        # What takes a permission of the platform is refused before anything is looked up.
        expected[route.pattern, who] = (
            (403, 403) if route.permission in PLATFORM_ONLY else (404, 404)
        )
    assert answers == expected


def test_a_role_opens_what_it_holds_and_nothing_else(
    fill: Any, acme: Any, person: Any, without_templates: None
) -> None:
    browsers = {role: Browser().as_person(holder_of(role, acme, person)) for role in ROLES}
    answers, expected = {}, {}
    for route, role in by_turns(a_share(ALL), ROLES, holds):
        answers[route.pattern, role] = browsers[role].get(fill(route)).status_code
        let_in = 405 if is_form(route) else 200
        expected[route.pattern, role] = let_in if holds(route, role) else 403
    assert answers == expected
    assert {role for _pattern, role in answers} == set(ROLES)


def test_a_role_in_an_organization_opens_nothing_of_the_platform(
    fill: Any, acme: Any, charlie: Any, person: Any, without_templates: None
) -> None:
    """Nor does who belongs nowhere; what says that somewhere inside is enough shows what the role holds there."""
    browsers: dict[RoleName | None, Browser] = {None: Browser().as_person(charlie)}
    browsers |= {role: Browser().as_person(holder_of(role, acme, person)) for role in ROLES}
    wrong = []
    for route, role in by_turns(a_share(ELSEWHERE), [None, *ROLES], opens_elsewhere):
        path, browser = fill(route), browsers[role]
        if opens_elsewhere(route, role):
            status = browser.get(path).status_code
            is_right = status in {200, 302, 404, 405}
        else:
            status = browser.get(path).status_code, browser.post(path).status_code
            is_right = status == (403, 403)
        if not is_right:
            wrong.append((route.pattern, role, status))
    assert wrong == []


def test_a_role_on_the_platform_opens_what_it_holds_there_and_nothing_else(
    fill: Any, person: Any, without_templates: None
) -> None:
    """Every page of the admin center, those of an organization to which nobody of them belongs among them."""
    browsers = {}
    for role in ON_PLATFORM:
        user = person(f"{role}-here")
        grant_role(user=user, role=RoleName(role), actor=None, scope=PLATFORM)
        browsers[role] = Browser().as_person(user)
    pages = a_share(route for route in everywhere() if route.view.access in NAMES)
    wrong = []
    for route, role in by_turns(pages, list(ON_PLATFORM), holds_on_platform):
        status = browsers[role].get(fill(route)).status_code
        is_open = status in {200, 302, 404, 405}
        if is_open != holds_on_platform(route, role) or not (is_open or status == 403):
            wrong.append((route.pattern, role, status))
    assert wrong == []


def test_a_role_at_one_site_opens_nothing_of_the_others(
    fill: Any, acme: Any, bob: Any, alice: Any
) -> None:
    """What it does open, it opens by the permission that it holds there."""
    yard = create_site(organization=acme, name="Yard", actor=alice)
    Membership.objects.create(organization=acme, user=bob)
    scope, role = Scope(acme.pk, yard.pk), RoleName.SITE_ADMINISTRATOR
    grant_role(user=bob, role=role, actor=None, scope=scope)
    browser, opened = Browser().as_person(bob), []
    for route in a_share(ALL):
        answer = browser.get(fill(route))
        kept_shut = answer.status_code in (403, 404, 405)
        held = route.permission in PERMISSIONS[role] and "Hall" not in answer.text
        if not kept_shut and ("<uuid:" in route.pattern or not held):
            opened.append((route.pattern, answer.status_code))
    assert opened == []


def test_a_form_from_elsewhere_is_refused(fill: Any, alice: Any, without_templates: None) -> None:
    browser = Browser(enforce_csrf_checks=True).as_person(alice)
    routes_here = a_share(ALL)
    paths = {route.pattern: fill(route) for route in routes_here}
    taken = [pattern for pattern, path in paths.items() if browser.post(path).status_code != 403]
    assert taken == []
    # Not in the name of a GET either.
    looked_at = [paths[route.pattern] for route in routes_here if not is_form(route)]
    answers = {path: browser.get(path).status_code for path in looked_at}
    assert {path for path, status in answers.items() if status not in (200, 403)} == set()


def test_a_service_account_opens_no_page(fill: Any, acme: Any, alice: Any) -> None:
    """It holds the owner's role here: its token is no session, whatever the role."""
    robot = ServiceAccount.objects.of(acme).get()
    grant_role(user=robot, role=RoleName.ORGANIZATION_OWNER, actor=None, scope=acme.access_scope)
    app = App()
    app.token = create_api_token(account=robot, name="Writes", read_only=False, actor=alice)[1]
    assert app.get(f"organizations/{acme.pk}/members").status_code == 200
    headers = {"Authorization": f"Bearer {app.token}"}
    opened = []
    for path in map(fill, a_share([*ALL, *ELSEWHERE])):
        for ask in (Browser().get, Browser().post):
            answer = ask(path, headers=headers)
            if (answer.status_code, answer.get("Location", "")[:16]) != (302, "/accounts/login/"):
                opened.append((path, answer.status_code))
    assert opened == []


def test_a_session_that_proved_long_ago_is_asked_again_before_anything_sensitive(
    fill: Any, dora: Any
) -> None:
    """ASVS 7.5.3: asked before the form is shown; what is sent all the same changes nothing, and says so."""
    browser, list_of_people = Browser().as_person(dora), "/admincenter/people/"
    Session.objects.filter(user=dora).update(proved_at=timezone.now() - timedelta(minutes=11))
    sensitive = [route for route in everywhere() if route.view.access in SENSITIVE]
    assert {route.permission for route in sensitive} == SENSITIVE
    sensitive = a_share(sensitive)
    before = AuditEvent.objects.count()
    for number, route in enumerate(sensitive):
        path = fill(route)
        asked = browser.get(path)
        assert (asked.status_code, asked["Location"]) == (302, asking(path)), path
        asked = browser.post(path, headers={"Referer": f"http://testserver{list_of_people}"})
        assert (asked.status_code, asked["Location"]) == (302, asking(list_of_people)), path
        if number == 0:  # What all of them say is rendered once.
            assert "Nothing has been changed yet." in browser.get(asked["Location"]).text
    assert AuditEvent.objects.count() == before


def asking(path: str) -> str:
    return "/accounts/reauthenticate/?" + urlencode({"next": path})
