"""One's own organizations: seen with one's roles, left by one's own wish."""

from typing import Any

import pytest

from accounts.access.models import Membership
from accounts.access.selectors.members import is_member
from mago.audit.tags import Tag

pytestmark = pytest.mark.one_database

LIST = "/accounts/organizations/"


def test_shows_where_one_is_a_member_and_as_what(
    browser: Any, acme: Any, other: Any, bob: Any
) -> None:
    page = browser.as_person(bob).get(LIST).content.decode()
    assert "Acme" in page
    assert "Reporter" in page
    assert "Other" not in page


def test_who_is_a_member_of_none_is_told_how_to_become_one(browser: Any, dora: Any) -> None:
    assert "No organization yet" in browser.as_person(dora).get(LIST).content.decode()


def test_more_organizations_take_no_more_queries(
    browser: Any, acme: Any, other: Any, alice: Any, django_assert_num_queries: Any
) -> None:
    Membership.objects.create(organization=other, user=alice)
    browser.as_person(alice)
    # The session with its person, what policies demand of them; the memberships and their roles.
    with django_assert_num_queries(3 + 2):
        page = browser.get(LIST).text
    assert "Acme" in page
    assert other.name in page


def test_bob_leaves(browser: Any, acme: Any, bob: Any, events: Any) -> None:
    page = browser.as_person(bob).post(f"{LIST}acme/leave/", follow=True).content.decode()
    assert "You are no longer a member of Acme." in page
    assert not is_member(bob, acme.pk)
    assert [event.actor_id for event in events(Tag.MEMBER_LEFT)] == [bob.pk]


def test_the_last_owner_cannot_leave_and_is_told_why(browser: Any, acme: Any, alice: Any) -> None:
    page = browser.as_person(alice).post(f"{LIST}acme/leave/", follow=True).content.decode()
    assert "This is the last owner. Hand the ownership over first." in page
    assert is_member(alice, acme.pk)


def test_nobody_leaves_where_they_are_no_member(browser: Any, acme: Any, charlie: Any) -> None:
    assert browser.as_person(charlie).post(f"{LIST}acme/leave/").status_code == 404


def test_leaving_takes_a_press_of_a_button(browser: Any, acme: Any, bob: Any) -> None:
    assert browser.as_person(bob).get(f"{LIST}acme/leave/").status_code == 405
    assert is_member(bob, acme.pk)
