"""The frame around each page: the way to it, and the way to the same page elsewhere."""

import doctest
from typing import Any

import pytest

from admincenter import crumbs
from mago.audit.models import AuditEvent
from mago.audit.tags import Tag
from tests.admincenter.organizations.conftest import acme, other, owner
from tests.conftest import Browser

__all__ = ["acme", "other", "owner"]
pytestmark = pytest.mark.one_database

HTMX = {"HX-Request": "true"}


def way(response: Any) -> list[tuple[str, str]]:
    return [(str(crumb.title), crumb.url) for crumb in response.context["crumbs"]]


def test_the_examples_are_true() -> None:
    assert doctest.testmod(crumbs).failed == 0


def test_each_page_says_where_it_is(admin: Browser, alice: Any, acme: Any) -> None:
    start = ("Overview", "/admincenter/")
    assert way(admin.get("/admincenter/")) == []
    assert way(admin.get("/admincenter/people/")) == [start, ("People", "")]
    person = admin.get(f"/admincenter/people/{alice.pk}/")
    assert way(person) == [start, ("People", "/admincenter/people/"), (str(alice), "")]
    assert way(admin.get("/admincenter/organizations/acme/members/invite/")) == [
        start,
        ("Organizations", "/admincenter/organizations/"),
        ("Acme", "/admincenter/organizations/acme/"),
        ("Members", "/admincenter/organizations/acme/members/"),
        ("Invite somebody", ""),
    ]
    assert way(admin.get("/admincenter/security/_platform/tickets/create/"))[1:] == [
        ("Security programme", "/admincenter/security/"),
        ("Platform", "/admincenter/security/_platform/"),
        ("Tickets", "/admincenter/security/_platform/tickets/"),
    ]
    audit = ("Audit", "/admincenter/audit/")
    assert way(admin.get("/admincenter/audit/")) == [start, ("Audit", "")]
    assert way(admin.get("/admincenter/audit/exports/")) == [start, audit, ("Exports", "")]
    assert way(admin.get("/admincenter/notifications/")) == [start, ("Notifications", "")]
    assert way(admin.get("/admincenter/search/")) == [start, ("Search", "")]
    new = admin.get("/admincenter/create-organization/")
    assert way(new) == [start, ("New organization", "")]
    event = AuditEvent.objects.filter(tag=Tag.ORGANIZATION_CREATED).get()
    assert way(admin.get(f"/admincenter/audit/{event.pk}/"))[-1] == ("Organization created", "")
    assert b'aria-label="Breadcrumb"' in person.content
    # The way back stands in it, and not twice.
    assert b'class="back"' not in person.content


def test_who_sees_one_organization_is_led_through_no_closed_page(owner: Browser) -> None:
    led = way(owner.get("/admincenter/hubs/acme/rooms/"))
    assert led == [
        ("Hubs", "/admincenter/hubs/"),
        ("Acme", "/admincenter/hubs/acme/"),
        ("Rooms", ""),
    ]


def test_the_switcher_leads_to_the_same_page_of_another_organization(
    admin: Browser, owner: Browser, acme: Any, other: Any
) -> None:
    def ways(browser: Browser, at: str, q: str = "") -> dict[str, str]:
        response = browser.get("/admincenter/switch/", {"at": at, "q": q}, headers=HTMX)
        return {one.slug: url for one, url in response.context["found"]}

    at = "/admincenter/hubs/acme/rooms/"
    assert ways(admin, at) == {"acme": at, "other": "/admincenter/hubs/other/rooms/"}
    assert ways(admin, at, "oth") == {"other": "/admincenter/hubs/other/rooms/"}
    assert ways(owner, at) == {"acme": at}
    for elsewhere in ("/admincenter/people/", "https://evil.example/", "/accounts/", "\0"):
        assert ways(owner, elsewhere) == {"acme": "/admincenter/organizations/acme/"}
    page = admin.get("/admincenter/people/").content.decode()
    assert "Switch organization" in page
    assert admin.get("/admincenter/switch/").status_code == 302


def test_the_switcher_leads_to_no_page_that_is_closed_there(
    bob: Any, acme: Any, other: Any
) -> None:
    from accounts.access.models import Membership
    from accounts.access.roles import RoleName
    from accounts.access.services import grant_role

    Membership.objects.create(organization=other, user=bob)
    grant_role(user=bob, role=RoleName.GUEST, actor=None, scope=other.access_scope)
    at = "/admincenter/organizations/acme/policies/"
    found = Browser().as_person(bob).get("/admincenter/switch/", {"at": at}, headers=HTMX)
    assert {one.slug: url for one, url in found.context["found"]} == {
        "acme": at,
        "other": "/admincenter/organizations/other/",
    }
