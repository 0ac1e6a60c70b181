"""An invitation: seen by whoever holds the link, accepted by whoever proves the address, once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.models import Invitation
from accounts.access.roles import RoleName
from accounts.access.selectors.bindings import live_bindings
from accounts.access.selectors.members import is_member
from accounts.access.services import invite, revoke_invitation
from accounts.models import User
from accounts.organizations.services import create_organization
from mago.audit.tags import Tag
from tests.accounts.conftest import OTHER, is_signed_in


@pytest.fixture
def acme(alice: Any) -> Any:
    return create_organization(name="Acme", owner=alice, actor=alice)


@pytest.fixture
def invited(acme: Any, alice: Any, link_in: Any) -> Callable[[str], str]:
    """The path that the mail to this address leads to."""

    def send(email: str) -> str:
        invite(organization=acme, email=email, role=RoleName.OPERATOR, actor=alice)
        return str(link_in("access/invitation", email))

    return send


def join(browser: Any, path: str, password: str = OTHER) -> Any:
    return browser.post(f"{path}join/", {"name": "Eve", "password1": password})


def test_says_who_invites_to_what(browser: Any, invited: Any) -> None:
    page = browser.get(invited("eve@example.com")).content.decode()
    for word in ("Alice", "Acme", "Operator", "eve@example.com"):
        assert word in page


def test_looking_accepts_nothing(browser: Any, invited: Any, acme: Any, bob: Any) -> None:
    browser.as_person(bob).get(invited(bob.email))
    assert not is_member(bob, acme.pk)


def test_who_is_signed_in_accepts(browser: Any, invited: Any, acme: Any, bob: Any) -> None:
    path = invited(bob.email)
    page = browser.as_person(bob).post(f"{path}accept/", follow=True).content.decode()
    assert "You are a member of Acme." in page
    assert [binding.role for binding in live_bindings(bob)] == [RoleName.OPERATOR]


def test_works_once(browser: Any, invited: Any, bob: Any) -> None:
    path = invited(bob.email)
    browser.as_person(bob).post(f"{path}accept/")
    assert browser.post(f"{path}accept/").status_code == 400
    assert browser.get(path).status_code == 400


def test_who_has_an_account_is_led_through_the_sign_in_and_back(
    browser: Any, invited: Any, bob: Any
) -> None:
    path = invited(bob.email)
    assert f'href="/accounts/login/?next={path}"' in browser.get(path).content.decode()
    fields = {"login": bob.email, "password": "seven geese cross a wet meadow", "next": path}
    assert browser.post("/accounts/login/", fields)["Location"] == path


def test_somebody_else_is_told_whom_it_is_for(
    browser: Any, invited: Any, acme: Any, bob: Any
) -> None:
    path = invited("eve@example.com")
    assert (
        "You are signed in as bob@example.com" in browser.as_person(bob).get(path).content.decode()
    )
    page = browser.post(f"{path}accept/", follow=True).content.decode()
    assert "This invitation is for eve@example.com" in page
    assert not is_member(bob, acme.pk)


class TestWithoutAnAccount:
    def test_creates_it_and_signs_in(
        self, browser: Any, invited: Any, acme: Any, events: Any
    ) -> None:
        response = join(browser, invited("eve@example.com"))
        assert response["Location"] == "/accounts/organizations/"
        eve = User.objects.get(email="eve@example.com")
        assert (eve.name, eve.is_confirmed) == ("Eve", True)
        assert is_member(eve, acme.pk)
        assert is_signed_in(browser)
        assert len(events(Tag.MEMBER_JOINED)) == len(events(Tag.EMAIL_CONFIRMED)) == 1

    def test_a_weak_password_creates_nothing(self, browser: Any, invited: Any) -> None:
        response = join(browser, invited("eve@example.com"), "short")
        assert response.status_code == 400
        assert response.context["form"].errors["password1"]
        assert not User.objects.filter(email="eve@example.com").exists()

    def test_takes_over_no_account(self, browser: Any, invited: Any, acme: Any, bob: Any) -> None:
        response = join(browser, invited(bob.email))
        assert response.status_code == 409
        assert "There is an account with this address already" in response.content.decode()
        bob.refresh_from_db()
        assert not bob.check_password(OTHER)
        assert not is_member(bob, acme.pk)

    def test_happens_not_beside_a_session(self, browser: Any, invited: Any, bob: Any) -> None:
        join(browser.as_person(bob), invited("eve@example.com"))
        assert not User.objects.filter(email="eve@example.com").exists()

    def test_voids_an_earlier_sign_up(self, browser: Any, invited: Any, link_in: Any) -> None:
        fields = {"email": "eve@example.com", "password1": "somebody else chose this one"}
        browser.post("/accounts/signup/", fields)
        earlier = link_in("confirm_email", "eve@example.com")
        join(browser, invited("eve@example.com"))
        assert browser.post(earlier).status_code == 400
        assert User.objects.get(email="eve@example.com").check_password(OTHER)


@pytest.mark.parametrize("how", ["taken back", "expired", "nonsense"])
def test_a_link_that_works_no_longer_says_so(
    browser: Any, invited: Any, acme: Any, alice: Any, how: str
) -> None:
    path = invited("eve@example.com")
    found = Invitation.objects.of(acme).get()
    if how == "taken back":
        revoke_invitation(invitation=found, actor=alice)
    elif how == "expired":
        Invitation.objects.of(acme).update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        path = "/accounts/organizations/invitations/nonsense/"
    assert browser.get(path).status_code == 400
    assert join(browser, path).status_code == 400
    assert not User.objects.filter(email="eve@example.com").exists()
