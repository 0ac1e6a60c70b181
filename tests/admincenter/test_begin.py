"""What is done in an organization is found from anywhere, and asks in which."""

from typing import Any

import pytest

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import grant_role
from accounts.organizations.services import create_organization
from admincenter.places import BEGUN, IN_PROGRAMMES
from tests.conftest import Browser

AT = "/admincenter/begin/"


@pytest.fixture
def acme(alice: Any) -> Any:
    return create_organization(name="Acme", owner=alice, actor=alice)


@pytest.fixture
def other(charlie: Any) -> Any:
    return create_organization(name="Other", owner=charlie, actor=charlie)


def test_who_sees_several_chooses_and_each_way_leads_to_a_form(
    admin: Browser, acme: Any, other: Any
) -> None:
    for entry in BEGUN:
        page = admin.get(entry.url)
        assert str(entry.title) in page.text
        ways = [one.way for one in page.context["rows"].rows]
        assert len(ways) == 2
        assert all(admin.get(way).status_code in (200, 302) for way in ways), entry.begins


def test_who_sees_one_only_is_led_there(browser: Browser, alice: Any, acme: Any) -> None:
    answer = browser.as_person(alice).get(f"{AT}invite_member/")
    assert answer["Location"] == "/admincenter/organizations/acme/members/invite/"


def test_where_a_role_does_not_permit_it_there_is_no_way(
    browser: Browser, alice: Any, acme: Any, other: Any
) -> None:
    Membership.objects.create(organization=other, user=alice)
    grant_role(user=alice, role=RoleName.REPORTER, scope=other.access_scope, actor=None)
    page = browser.as_person(alice).get(f"{AT}invite_member/")
    assert {one.slug: bool(one.way) for one in page.context["rows"].rows} == {
        "acme": True,
        "other": False,
    }
    assert "Your role does not permit it there." in page.text


def test_an_action_that_there_is_not_is_no_page(admin: Browser) -> None:
    assert admin.get(f"{AT}organization/").status_code == 404


def test_the_palette_and_the_list_of_people_lead_to_it(admin: Browser) -> None:
    found = admin.get("/admincenter/search/", {"q": "inv"})
    assert f'href="{AT}invite_member/"' in found.text
    assert f'href="{AT}invite_member/"' in admin.get("/admincenter/people/").text


def test_what_is_of_a_security_programme_is_found_and_asks_in_which(
    admin: Browser, acme: Any, other: Any
) -> None:
    found = admin.get("/admincenter/search/", {"q": "tick"})
    assert f'href="{AT}create_ticket/"' in found.text
    for entry in IN_PROGRAMMES:
        page = admin.get(entry.url)
        assert str(entry.title) in page.text
        ways = [page.context["platform_url"], *(one.way for one in page.context["rows"].rows)]
        assert len(ways) == 3
        assert all(admin.get(way).status_code == 200 for way in ways), entry.begins
    assert not admin.get(f"{AT}invite_member/").context["platform_url"]


def test_who_works_in_one_programme_only_is_led_there(
    browser: Browser, admin: Browser, alice: Any, acme: Any
) -> None:
    answer = browser.as_person(alice).get(f"{AT}create_ticket/")
    assert answer["Location"] == "/admincenter/security/acme/tickets/create/"


def test_where_there_are_no_organizations_the_platforms_own_is_led_to(admin: Browser) -> None:
    assert admin.get(f"{AT}tickets/")["Location"] == "/admincenter/security/_platform/tickets/"


def test_dead_messages_are_found_by_what_their_list_calls_them(admin: Browser) -> None:
    assert "/admincenter/messages/?status=dead" in admin.get("/admincenter/search/?q=dead").text
