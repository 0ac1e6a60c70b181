"""/setup/<token>/ and `manage.py create_owner`"""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.access.roles import RoleName
from accounts.access.selectors.in_charge import administrators, has_owner
from accounts.models import User
from accounts.organizations.models import SignInPolicy
from accounts.organizations.policy import Demand
from accounts.organizations.selectors import demand_on
from accounts.signin.services import create_first_owner, create_owner
from accounts.signin.setup import setup_link
from mago.core.errors import Conflict
from tests.accounts.conftest import OTHER, is_signed_in, sign_in
from tests.conftest import PASSWORD, Browser

OWNER = {"email": "dora@example.com", "password1": PASSWORD, "name": "Dora"}


@pytest.fixture
def path(db: None) -> str:
    link = setup_link()
    assert link is not None
    return "/" + link.split("/", 3)[3]


def test_looking_at_the_link_makes_no_owner(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 200
    assert not has_owner()


def test_the_form_makes_the_owner_and_signs_them_in(browser: Browser, path: str) -> None:
    assert browser.post(path, OWNER).url == "/admincenter/"
    assert [user.email for user in administrators()] == ["dora@example.com"]
    assert is_signed_in(browser)
    assert sign_in(Browser(), "dora@example.com").status_code == 302


def test_the_link_works_once(browser: Browser, path: str) -> None:
    browser.post(path, OWNER)
    second = Browser()
    assert second.post(path, OWNER | {"email": "mallory@example.com"}).status_code == 404
    assert second.get(path).status_code == 404
    assert not User.objects.filter(email="mallory@example.com").exists()
    assert not is_signed_in(second)


def test_the_next_link_replaces_it(browser: Browser, path: str) -> None:
    newer = setup_link()
    assert newer
    assert browser.post(path, OWNER).status_code == 404
    assert browser.get("/" + newer.split("/", 3)[3]).status_code == 200


def test_it_is_dead_once_there_is_an_owner(browser: Browser, path: str, dora: User) -> None:
    answer = browser.post(path, OWNER | {"email": "mallory@example.com"})
    assert answer.status_code == 404
    assert administrators().get() == dora


def test_there_is_no_link_once_there_is_an_owner(dora: User) -> None:
    assert setup_link() is None


def test_it_ends_after_a_day(browser: Browser, path: str) -> None:
    with time_machine.travel(timezone.now() + timezone.timedelta(days=1, seconds=1), tick=False):
        assert browser.post(path, OWNER).status_code == 404
    assert not has_owner()


def test_a_guess_is_refused(browser: Browser, path: str) -> None:
    assert browser.post("/setup/guess/", OWNER).status_code == 404
    assert not User.objects.exists()


def test_a_refused_password_leaves_the_link_alive(browser: Browser, path: str) -> None:
    answer = browser.post(path, OWNER | {"password1": "short"})
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {"password1"}
    assert not User.objects.exists()
    assert browser.post(path, OWNER).status_code == 302


def test_an_address_with_an_account_is_refused_and_leaves_the_link_alive(
    browser: Browser, path: str, alice: User
) -> None:
    answer = browser.post(path, OWNER | {"email": alice.email, "password1": OTHER})
    assert answer.status_code == 409
    assert not has_owner()
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    assert browser.post(path, OWNER).status_code == 302


def test_the_secret_is_not_kept(path: str) -> None:
    from accounts.signin.models import OneTimeToken

    assert path.split("/")[2] not in str(vars(OneTimeToken.objects.get()))


def test_it_is_told(browser: Browser, path: str, events: Callable[..., list[Any]]) -> None:
    browser.post(path, OWNER)
    assert [event.tag for event in events()] == [
        "signin:setup:opened",
        "signin:setup:completed",
        "access:role:granted",
        "organizations:policy:edited",
        "signin:session:opened",
    ]
    assert events("signin:session:opened")[0].detail["method"] == "set-up link"


def test_administrators_of_a_new_installation_need_two_factors_after_a_week(
    browser: Browser, path: str
) -> None:
    """ASVS 6.3.3: the first owner is not hindered, reads how long, and sets one up at the next sign-in after it."""
    browser.post(path, OWNER)
    for page in ("/admincenter/", "/accounts/"):
        assert "7 days left." in browser.get(page).text
    create_owner(email="eve@example.com", password=PASSWORD)
    policy = SignInPolicy.objects.of_platform().get()
    assert (policy.role, policy.strength) == (RoleName.PLATFORM_ADMINISTRATOR, 2)
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        assert not is_signed_in(browser)
        asked = sign_in(Browser(), "dora@example.com")
        assert asked["Location"].startswith("/accounts/mfa/")


def test_whoever_administers_nothing_does_not_pay_for_that_policy(
    bob: User, django_assert_num_queries: Any
) -> None:
    create_owner(email="dora@example.com", password=PASSWORD)
    with django_assert_num_queries(1):
        assert demand_on(bob) == Demand()


def test_the_service_asks_itself_whether_there_is_an_owner(path: str, dora: User) -> None:
    from mago.core.errors import Refused

    with pytest.raises(Refused):
        create_first_owner(secret=path.split("/")[2], email="m@example.com", password=PASSWORD)
    assert administrators().get() == dora


def test_a_fresh_installation_has_no_account_at_all(db: None) -> None:
    assert not User.objects.exists()


def command(password: str, **options: Any) -> dict[str, str]:
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(password))
        call_command(
            "create_owner", "--password-stdin", email="Dora@example.com", stdout=out, **options
        )
    answer: dict[str, str] = json.loads(out.getvalue())
    return answer


def test_the_command_makes_an_owner_and_prints_json(db: None) -> None:
    printed = command(f"{PASSWORD}\n")
    dora = administrators().get()
    assert printed == {"id": str(dora.pk), "email": "dora@example.com"}
    assert dora.check_password(PASSWORD)
    assert dora.is_confirmed


def test_the_command_keeps_the_blanks_of_the_password(db: None) -> None:
    command(f" {PASSWORD} \r\n")
    assert administrators().get().check_password(f" {PASSWORD} ")


@pytest.mark.parametrize("password", ["", "short\n", "password" * 3])
def test_the_command_refuses_a_weak_password(db: None, password: str) -> None:
    with pytest.raises(CommandError):
        command(password)
    assert not User.objects.exists()


def test_the_command_refuses_an_address_that_is_taken(dora: User) -> None:
    with pytest.raises(CommandError, match="exists already"):
        command(PASSWORD)


def test_an_address_taken_in_the_same_moment_is_a_conflict_and_no_crash(dora: User) -> None:
    with pytest.raises(Conflict):
        create_owner(email=dora.email, password=PASSWORD)
