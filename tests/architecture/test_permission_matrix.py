"""Who gets where: every page of an organization × everybody, by the permission that the page declares.

The pages are found by walking the resolver, so a new one is tested by existing. What its view
demands is read from the view, and what a role holds from the roles: nobody keeps a table.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from accounts.access.models import Membership, ServiceAccount
from accounts.access.permissions import PLATFORM_ONLY, SENSITIVE, Permission
from accounts.access.roles import PERMISSIONS, RoleName
from accounts.access.scope import Scope
from accounts.access.selectors import can
from accounts.access.services import (
    create_condition,
    create_custom_role,
    create_service_account,
    grant_role,
    invite,
)
from accounts.organizations.services import (
    claim_domain,
    create_organization,
    create_site,
    set_policy,
)
from accounts.provider.services import create_api_token
from accounts.sessions.models import Session
from mago.audit.models import AuditEvent
from mago.audit.services import record
from mago.audit.tags import Tag
from tests.conftest import Browser

PREFIX = "admincenter/organizations/<slug:slug>/"
ROLES = [role for role in RoleName if role != RoleName.PLATFORM_ADMINISTRATOR]


class Route(NamedTuple):
    pattern: str
    view: Any

    @property
    def permission(self) -> Permission:
        return Permission(self.view.access)


def everywhere(resolver: Any = None, before: str = "") -> Iterator[Route]:
    """The routes of all pages that take a permission."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from everywhere(pattern, path)
        elif path.startswith("admincenter/"):
            yield Route(path, pattern.callback)


ALL = [route for route in everywhere() if route.pattern.startswith(PREFIX)]
each_route = pytest.mark.parametrize(
    "route", ALL, ids=lambda route: route.pattern.removeprefix(PREFIX) or "/"
)


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
        "event_id": event.pk,
        "person_id": alice.pk,
        "session_id": alice.pk,
        "family_id": alice.pk,
        "message_id": alice.pk,
    }
    return lambda route: (
        "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(rows[found[1]]), route.pattern)
    )


@pytest.fixture
def acme(fill: Any) -> Any:
    from accounts.organizations.models import Organization

    return Organization.objects.get(slug="acme")


def is_form(route: Route) -> bool:
    """Whether a route only takes what is posted, as its answer to GET tells."""
    return route.pattern.rsplit("/", 2)[-2] in {
        "disable", "enable", "remove", "revoke", "delete", "transfer", "check",
    }  # fmt: skip


def test_the_matrix_is_not_empty() -> None:
    assert len(ALL) > 30
    assert {route.permission for route in ALL} > {Permission.MEMBERS_READ, Permission.ROLES_BIND}


@each_route
def test_nobody_is_let_in_without_signing_in(browser: Any, fill: Any, route: Route) -> None:
    for ask in (browser.get, browser.post):
        answer = ask(fill(route))
        assert (answer.status_code, answer["Location"][:16]) == (302, "/accounts/login/")


@each_route
@pytest.mark.parametrize("who", ["stranger", "owner of another organization"])
def test_strangers_find_nothing(fill: Any, charlie: Any, route: Route, who: str) -> None:
    if who != "stranger":
        create_organization(name="Other", owner=charlie, actor=charlie)
    path, browser = fill(route), Browser().as_person(charlie)
    # What takes a permission of the platform is refused before anything is looked up.
    expected = 403 if route.permission in PLATFORM_ONLY else 404
    assert browser.get(path).status_code == expected
    assert browser.post(path).status_code == expected


@each_route
def test_a_role_opens_what_it_holds_and_nothing_else(
    fill: Any, acme: Any, bob: Any, route: Route
) -> None:
    Membership.objects.create(organization=acme, user=bob)
    path, browser, answers = fill(route), Browser().as_person(bob), {}
    for role in ROLES:
        bob.role_bindings.all().delete()
        grant_role(user=bob, role=role, actor=None, scope=acme.access_scope)
        answers[role] = browser.get(path).status_code
    let_in = 405 if is_form(route) else 200
    holds = {role: route.permission in PERMISSIONS[role] for role in ROLES}
    assert answers == {role: let_in if holds[role] else 403 for role in ROLES}


@each_route
def test_a_role_at_one_site_opens_nothing_of_the_others(
    fill: Any, acme: Any, bob: Any, alice: Any, route: Route
) -> None:
    """What it does open, it opens by the permission that it holds there."""
    yard = create_site(organization=acme, name="Yard", actor=alice)
    Membership.objects.create(organization=acme, user=bob)
    scope, role = Scope(acme.pk, yard.pk), RoleName.SITE_ADMINISTRATOR
    grant_role(user=bob, role=role, actor=None, scope=scope)
    answer = Browser().as_person(bob).get(fill(route))
    if "<uuid:" in route.pattern:
        assert answer.status_code in (403, 404, 405)
    elif answer.status_code == 200:
        assert route.permission in PERMISSIONS[role]
        assert "Hall" not in answer.content.decode()


@each_route
def test_a_form_from_elsewhere_is_refused(fill: Any, alice: Any, route: Route) -> None:
    path = fill(route)
    browser = Browser(enforce_csrf_checks=True).as_person(alice)
    assert browser.post(path).status_code == 403
    if not is_form(route):
        # Not in the name of a GET either.
        assert browser.get(path).status_code in (200, 403)


@each_route
def test_a_service_account_opens_no_page(fill: Any, acme: Any, route: Route) -> None:
    """It holds the owner's role here: its token is no session, whatever the role."""
    robot = ServiceAccount.objects.of(acme).get()
    grant_role(user=robot, role=RoleName.ORGANIZATION_OWNER, actor=None, scope=acme.access_scope)
    assert can(robot, Permission.MEMBERS_READ, acme)
    for scheme in ("Bearer", "Token"):
        answer = Browser().get(fill(route), headers={"Authorization": f"{scheme} {robot.pk}"})
        assert answer.status_code == 302


def test_a_session_that_proved_long_ago_is_asked_again_before_anything_sensitive(
    fill: Any, dora: Any
) -> None:
    """ASVS 7.5.3: asked before the form is shown; what is sent all the same changes nothing, and says so."""
    browser, list_of_people = Browser().as_person(dora), "/admincenter/people/"
    Session.objects.filter(user=dora).update(proved_at=timezone.now() - timedelta(minutes=11))
    sensitive = [route for route in everywhere() if route.view.access in SENSITIVE]
    assert {route.permission for route in sensitive} == SENSITIVE
    before = AuditEvent.objects.count()
    for route in sensitive:
        path = fill(route)
        asked = browser.get(path)
        assert (asked.status_code, asked["Location"]) == (302, asking(path)), path
        asked = browser.post(path, headers={"Referer": f"http://testserver{list_of_people}"})
        assert (asked.status_code, asked["Location"]) == (302, asking(list_of_people)), path
        assert "Nothing has been changed yet." in browser.get(asked["Location"]).text
    assert AuditEvent.objects.count() == before


def asking(path: str) -> str:
    return "/accounts/reauthenticate/?" + urlencode({"next": path})
