"""The second step of a program's sign-in, and its doors without a password."""

from typing import Any

import pytest

from accounts.mfa import codes
from accounts.mfa.methods import recovery
from accounts.mfa.models import Challenge, EmailDevice, RecoveryCode, TotpDevice
from accounts.organizations.models import SignInPolicy
from accounts.provider.models import TokenFamily
from tests.accounts.mfa.conftest import SECRET, code_of, passkey_of
from tests.conftest import PASSWORD, App, Browser

__all__ = ["passkey_of"]

pytestmark = [pytest.mark.one_database, pytest.mark.django_db]


@pytest.fixture
def device(alice: Any) -> TotpDevice:
    return TotpDevice.objects.create(user=alice, name="Phone", key=SECRET, confirmed=True)


def ask(app: App, user: Any) -> Any:
    return app.post("auth/login", {"email": user.email, "password": PASSWORD})


def newest_code() -> str:
    return str(codes.words({"challenge": Challenge.objects.latest("created_at").pk})["code"])


def test_a_password_alone_gives_no_tokens_but_says_what_is_missing(
    app: App, alice: Any, device: TotpDevice
) -> None:
    response = ask(app, alice)
    body = response.json()
    assert (response.status_code, body["code"]) == (401, "mfa_required")
    assert body["methods"] == ["totp"]
    assert body["factors"] == [{"id": device.pk, "method": "totp", "name": "Phone", "detail": ""}]
    assert not TokenFamily.objects.exists()


def test_the_code_gives_tokens_and_they_know_what_was_proved(
    app: App, alice: Any, device: TotpDevice
) -> None:
    transaction = ask(app, alice).json()["transaction"]
    answer = {"transaction": transaction, "method": "totp", "code": code_of(device)}
    response = app.post("auth/mfa/verify", answer)
    assert response.status_code == 200
    assert set(response.json()) == {"access_token", "refresh_token", "token_type", "expires_in"}
    family = TokenFamily.objects.get()
    assert (family.proofs, family.strength) == ("password totp", 2)
    again = app.post("auth/mfa/verify", answer)
    assert (again.status_code, again.json()["code"]) == (401, "sign_in_expired")


def test_a_wrong_code_leaves_the_sign_in_waiting(app: App, alice: Any, device: TotpDevice) -> None:
    transaction = ask(app, alice).json()["transaction"]
    answer = {"transaction": transaction, "method": "totp"}
    wrong = app.post("auth/mfa/verify", answer | {"code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_code")
    right = app.post("auth/mfa/verify", answer | {"code": code_of(device)})
    assert right.status_code == 200


def test_a_mailed_code_is_sent_on_request_and_counts_little(app: App, alice: Any) -> None:
    EmailDevice.objects.create(user=alice, name="Mail", address=alice.email, confirmed=True)
    transaction = ask(app, alice).json()["transaction"]
    asked = app.post("auth/mfa/challenge", {"transaction": transaction, "method": "email"})
    assert asked.json() == {"sent_to": "a•••@example.com"}
    answer = {"transaction": transaction, "method": "email", "code": newest_code()}
    assert app.post("auth/mfa/verify", answer).status_code == 200
    assert TokenFamily.objects.get().strength == 1


def test_a_recovery_code_stands_in(app: App, alice: Any, device: TotpDevice) -> None:
    code = recovery.new_code()
    RecoveryCode.objects.create(user=alice, mac=recovery._mac(alice, code))
    body = ask(app, alice).json()
    assert body["methods"] == ["totp", "recovery"]
    answer = {"transaction": body["transaction"], "method": "recovery", "code": code.lower()}
    assert app.post("auth/mfa/verify", answer).status_code == 200


def test_nobody_answers_for_another_and_nothing_goes_without_its_transaction(
    app: App, alice: Any, bob: Any, device: TotpDevice
) -> None:
    his = TotpDevice.objects.create(user=bob, name="His", key=SECRET, confirmed=True)
    transaction = ask(app, alice).json()["transaction"]
    ask_his = {"transaction": transaction, "method": "totp", "factor": his.pk}
    assert app.post("auth/mfa/verify", ask_his | {"code": code_of(his)}).status_code == 404
    stray = {"transaction": "x" * 43, "method": "totp", "code": code_of(device)}
    assert app.post("auth/mfa/verify", stray).json()["code"] == "sign_in_expired"


def test_what_a_policy_wants_is_set_up_in_a_browser(app: App, alice: Any) -> None:
    SignInPolicy.objects.create(strength=2)
    body = ask(app, alice).json()
    assert body["code"] == "mfa_enrolment_required"


def test_a_mailed_code_signs_in_the_program_that_asked(app: App, alice: Any) -> None:
    transaction = app.post("auth/code", {"email": alice.email}).json()["transaction"]
    answer = {"transaction": transaction, "email": alice.email, "code": newest_code()}
    stolen = app.post("auth/code/verify", answer | {"transaction": "y" * 43})
    assert stolen.json()["code"] == "invalid_code"
    assert app.post("auth/code/verify", answer).status_code == 200
    unknown = app.post("auth/code", {"email": "nobody@example.com"})
    assert (unknown.status_code, set(unknown.json())) == (202, {"transaction", "detail"})


def test_passkeys_that_are_switched_off_open_nothing(
    app: App, alice: Any, passkey_of: Any, settings: Any
) -> None:
    TotpDevice.objects.create(user=alice, name="App", key=SECRET, confirmed=True)
    passkey_of(alice)
    settings.FACTORS = ("totp",)
    assert app.post("auth/passkey/options").status_code == 404
    body = {"transaction": "x", "credential": {"id": "x", "response": {}}}
    assert app.post("auth/passkey/verify", body).status_code == 404
    asked = app.post("auth/login", {"email": alice.email, "password": PASSWORD}).json()
    question = {"transaction": asked["transaction"], "method": "passkey"}
    assert app.post("auth/mfa/challenge", question).status_code == 404
    assert Browser().post("/accounts/login/passkey/options/").status_code == 404
