"""A sign-in under way is void once its person was signed out everywhere: a thief's does not outlive the new password."""

from typing import Any

import pytest

from accounts.access.services import set_active, sign_out_everywhere
from accounts.mfa.models import TotpDevice
from accounts.models import User
from accounts.sessions.models import Session
from accounts.signin.services import first_factor, passwords
from tests.accounts.conftest import OTHER, is_signed_in, sign_in
from tests.accounts.mfa.conftest import SECRET, code_of
from tests.conftest import PASSWORD, App, Browser

pytestmark = [pytest.mark.one_database, pytest.mark.django_db]


@pytest.fixture
def device(alice: Any) -> TotpDevice:
    return TotpDevice.objects.create(user=alice, name="App", key=SECRET, confirmed=True)


def test_what_waits_for_a_second_factor_in_a_browser_is_void(
    alice: Any, device: TotpDevice
) -> None:
    thief = Browser()
    path = thief.get(sign_in(thief, alice.email)["Location"])["Location"]
    sign_out_everywhere(alice, actor=alice)
    assert thief.get(path)["Location"] == "/accounts/login/"
    assert thief.post(path, {"code": code_of(device)})["Location"] == "/accounts/login/"
    assert not is_signed_in(thief)


def test_what_waits_for_a_second_factor_in_a_program_is_void(
    alice: Any, device: TotpDevice, app: App
) -> None:
    asked = app.post("auth/login", {"email": alice.email, "password": PASSWORD}).json()
    sign_out_everywhere(alice, actor=alice)
    body = {"transaction": asked["transaction"], "method": "totp", "code": code_of(device)}
    answer = app.post("auth/mfa/verify", body)
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_expired")


def test_it_stays_void_for_who_was_disabled_and_enabled_meanwhile(
    alice: Any, dora: Any, device: TotpDevice
) -> None:
    thief = Browser()
    path = thief.get(sign_in(thief, alice.email)["Location"])["Location"]
    for active in (False, True):
        set_active(user=alice, active=active, actor=dora)
    thief.post(path, {"code": code_of(device)})
    assert not is_signed_in(thief)


@pytest.mark.parametrize("door", ["page", "program"])
def test_a_password_that_is_replaced_while_it_is_checked_opens_nothing(
    alice: Any, app: App, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    check = first_factor._is_theirs

    def slowly(user: User | None, password: str) -> bool:
        found = check(user, password)
        sign_out_everywhere(User.objects.get(pk=alice.pk), actor=alice)
        return found

    monkeypatch.setattr(first_factor, "_is_theirs", slowly)
    if door == "page":
        thief = Browser()
        assert sign_in(thief, alice.email).status_code == 400
        assert not is_signed_in(thief)
    else:
        answer = app.post("auth/login", {"email": alice.email, "password": PASSWORD})
        assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_expired")


def test_a_stolen_session_is_not_renewed_after_its_owner_ended_it(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By ending the others, or with a new password, asked for a moment before and answered a moment after."""
    thief = Browser().as_person(alice)
    mine = User.objects.get(pk=alice.pk)

    def meanwhile(*args: Any, **kwargs: Any) -> None:
        sign_out_everywhere(User.objects.get(pk=alice.pk), actor=None)
        sign_out_everywhere(*args, **kwargs)

    monkeypatch.setattr("accounts.sessions.views.sign_out_everywhere", meanwhile)
    monkeypatch.setattr("accounts.signin.services.passwords.sign_out_everywhere", meanwhile)
    fields = {"oldpassword": PASSWORD, "password1": OTHER}
    assert thief.post("/accounts/password/change/", fields).status_code != 302
    thief = Browser().as_person(mine)
    assert thief.post("/accounts/sessions/end-others/").status_code == 401
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    assert not is_signed_in(thief)


def test_a_session_that_was_ended_does_not_come_back_by_proving_again(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    thief = Browser().as_person(alice)
    check = passwords.confirm_password

    def slowly(**given: Any) -> None:
        check(**given)
        Session.objects.all().delete()

    monkeypatch.setattr("accounts.signin.services.confirm_password", slowly)
    assert thief.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 401
    assert not is_signed_in(thief)


def test_nor_is_it_renewed_where_the_owner_was_quicker_by_a_hair(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    thief = Browser().as_person(alice)

    def and_then(*args: Any, **kwargs: Any) -> None:
        sign_out_everywhere(*args, **kwargs)
        sign_out_everywhere(User.objects.get(pk=alice.pk), actor=None)

    monkeypatch.setattr("accounts.sessions.views.sign_out_everywhere", and_then)
    assert thief.post("/accounts/sessions/end-others/").status_code == 401
    assert not is_signed_in(thief)
