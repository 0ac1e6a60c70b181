"""/api/v1/auth/… and /api/v1/me: the contract of native apps (docs/api.md)."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.access.services import set_active
from accounts.models import User
from accounts.provider.models import TokenFamily
from accounts.sessions.models import Session
from accounts.signin.limits import SIGN_IN_NETWORK
from tests.accounts.conftest import OTHER, UNKNOWN, use_up
from tests.conftest import PASSWORD, App, Browser

pytestmark = pytest.mark.one_database

Find = Callable[..., str]


def key_in(link: str) -> str:
    return link.rstrip("/").rsplit("/", 1)[1]


def test_a_person_comes_all_the_way_in(app: App, link_in: Find) -> None:
    body = {"email": "ada@example.com", "password": PASSWORD, "name": "Ada", "language": "it"}
    assert app.post("auth/signup", body).status_code == 202
    confirmed = app.post("auth/confirm-email", {"key": key_in(link_in("confirm_email"))})
    assert (confirmed.status_code, confirmed.json()) == (200, {"email": "ada@example.com"})
    app.sign_in(User.objects.get())
    me = app.get("me").json()
    assert (me["email"], me["name"], me["language"], me["email_confirmed"]) == (
        "ada@example.com",
        "Ada",
        "it",
        True,
    )


def test_signing_up_makes_no_account_and_no_token(app: App) -> None:
    answer = app.post("auth/signup", {"email": "ada@example.com", "password": PASSWORD})
    assert not User.objects.exists()
    assert "token" not in answer.content.decode()


def test_confirming_signs_nobody_in(app: App, link_in: Find) -> None:
    app.post("auth/signup", {"email": "ada@example.com", "password": PASSWORD})
    answer = app.post("auth/confirm-email", {"key": key_in(link_in("confirm_email"))})
    assert "token" not in answer.content.decode()
    assert not TokenFamily.objects.exists()


def test_a_key_works_once(app: App, link_in: Find) -> None:
    app.post("auth/signup", {"email": "ada@example.com", "password": PASSWORD})
    key = key_in(link_in("confirm_email"))
    app.post("auth/confirm-email", {"key": key})
    again = app.post("auth/confirm-email", {"key": key})
    assert (again.status_code, again.json()["code"]) == (400, "link_invalid")


def test_who_has_not_confirmed_gets_no_token(app: App) -> None:
    app.post("auth/signup", {"email": "ada@example.com", "password": PASSWORD})
    answer = app.post("auth/login", {"email": "ada@example.com", "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")


def test_a_weak_password_is_named_beside_its_field(app: App) -> None:
    answer = app.post("auth/signup", {"email": "ada@example.com", "password": "short"})
    assert (answer.status_code, answer.json()["code"]) == (400, "password_refused")
    assert "password" in answer.json()["errors"]


def test_a_sign_in_gives_the_contracts_four_members(app: App, alice: User) -> None:
    pair = app.post("auth/login", {"email": alice.email, "password": PASSWORD})
    assert pair.status_code == 200
    assert pair.json().keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (pair.json()["token_type"], pair.json()["expires_in"]) == ("Bearer", 600)
    assert pair["Cache-Control"] == "no-store"


def test_a_sign_in_opens_no_session_and_sets_no_cookie(app: App, alice: User) -> None:
    answer = app.post("auth/login", {"email": alice.email, "password": PASSWORD})
    assert not answer.cookies
    assert not Session.objects.exists()


@pytest.mark.parametrize(("email", "password"), [("alice@example.com", OTHER), (UNKNOWN, PASSWORD)])
def test_wrong_words_give_no_token(app: App, alice: User, email: str, password: str) -> None:
    answer = app.post("auth/login", {"email": email, "password": password})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")
    assert not TokenFamily.objects.exists()


def test_a_disabled_person_is_told_so(app: App, alice: User) -> None:
    User.objects.update(is_active=False)
    answer = app.post("auth/login", {"email": alice.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (403, "account_disabled")
    assert not TokenFamily.objects.exists()


def test_an_address_that_nobody_proved_gets_no_token(app: App, alice: User) -> None:
    User.objects.update(email_confirmed_at=None)
    answer = app.post("auth/login", {"email": alice.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (403, "email_unconfirmed")
    assert not TokenFamily.objects.exists()


def test_a_limit_says_when_to_try_again(app: App, alice: User) -> None:
    use_up(SIGN_IN_NETWORK, "127.0.0.1")
    answer = app.post("auth/login", {"email": alice.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert int(answer["Retry-After"]) > 0


def test_pages_and_programs_share_the_limits(app: App, browser: Browser, alice: User) -> None:
    for _ in range(5):
        app.post("auth/login", {"email": alice.email, "password": OTHER})
        browser.post("/accounts/login/", {"login": alice.email, "password": OTHER})
    assert app.post("auth/login", {"email": alice.email, "password": PASSWORD}).status_code == 429


def test_a_refresh_gives_a_new_pair(app: App, alice: User) -> None:
    pair = app.sign_in(alice)
    app.token = ""
    answer = app.post("auth/refresh", {"refresh_token": pair["refresh_token"]})
    assert answer.status_code == 200
    assert answer.json()["refresh_token"] != pair["refresh_token"]
    app.token = answer.json()["access_token"]
    assert app.get("me").status_code == 200


def test_a_stolen_refresh_token_ends_the_sign_in(app: App, alice: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pair = app.sign_in(alice)
        app.token = ""
        newest = app.post("auth/refresh", {"refresh_token": pair["refresh_token"]}).json()
        clock.shift(16)
        answer = app.post("auth/refresh", {"refresh_token": pair["refresh_token"]})
        assert (answer.status_code, answer.json()["code"]) == (401, "token_reused")
        app.token = newest["access_token"]
        assert app.get("me").status_code == 401


def test_signing_out_ends_this_program_only(app: App, alice: User) -> None:
    other = App()
    other.sign_in(alice)
    pair = app.sign_in(alice)
    assert app.post("auth/logout").status_code == 204
    assert app.get("me").status_code == 401
    assert other.get("me").status_code == 200
    app.token = ""
    assert app.post("auth/refresh", {"refresh_token": pair["refresh_token"]}).status_code == 401


def test_signing_out_everywhere_ends_programs_and_browsers(
    app: App, browser: Browser, alice: User
) -> None:
    other = App()
    other.sign_in(alice)
    app.sign_in(alice)
    browser.as_person(alice)
    assert app.post("auth/logout", {"everywhere": True}).status_code == 204
    assert app.get("me").status_code == 401
    assert other.get("me").status_code == 401
    assert browser.get("/accounts/").status_code == 302


def test_signing_out_twice_is_refused_and_does_no_harm(app: App, alice: User) -> None:
    app.sign_in(alice)
    assert [app.post("auth/logout").status_code for _ in range(2)] == [204, 401]


def test_nobody_is_signed_out_without_a_token(app: App, alice: User) -> None:
    app.sign_in(alice)
    assert App().post("auth/logout", {"everywhere": True}).status_code == 401
    assert app.get("me").status_code == 200


def test_a_forgotten_password_is_set_anew(app: App, alice: User, link_in: Find) -> None:
    assert app.post("auth/password/reset", {"email": alice.email}).status_code == 202
    body = {"key": key_in(link_in("reset_password")), "password": OTHER}
    assert app.post("auth/password/confirm", body).status_code == 204
    assert app.post("auth/password/confirm", body).json()["code"] == "link_invalid"
    assert app.post("auth/login", {"email": alice.email, "password": PASSWORD}).status_code == 401
    assert app.post("auth/login", {"email": alice.email, "password": OTHER}).status_code == 200


def test_a_reset_ends_all_that_was_open(app: App, alice: User, link_in: Find) -> None:
    app.sign_in(alice)
    App().post("auth/password/reset", {"email": alice.email})
    App().post(
        "auth/password/confirm", {"key": key_in(link_in("reset_password")), "password": OTHER}
    )
    assert app.get("me").status_code == 401


@pytest.mark.parametrize("password", ["short", PASSWORD])
def test_a_password_that_may_not_be_used_leaves_the_key_alive(
    app: App, alice: User, link_in: Find, password: str
) -> None:
    app.post("auth/password/reset", {"email": alice.email})
    key = key_in(link_in("reset_password"))
    answer = app.post("auth/password/confirm", {"key": key, "password": password})
    assert (answer.status_code, answer.json()["code"]) == (400, "password_refused")
    assert app.post("auth/password/confirm", {"key": key, "password": OTHER}).status_code == 204


def test_me_changes_name_and_language(app: App, alice: User) -> None:
    app.sign_in(alice)
    answer = app.patch("me", {"name": "Alice B.", "language": "it"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Alice B.")
    assert User.objects.get().language == "it"


@pytest.mark.parametrize(
    "field",
    ["id", "email", "email_confirmed", "created_at", "is_active", "password", "signed_out_at"],
)
def test_me_changes_nothing_else(app: App, alice: User, field: str) -> None:
    app.sign_in(alice)
    before = User.objects.values().get()
    app.patch("me", {field: "mallory@example.com"})
    after = User.objects.values().get()
    assert after == before


def test_me_shows_no_secret(app: App, alice: User) -> None:
    app.sign_in(alice)
    assert app.get("me").json().keys() == {
        "id",
        "email",
        "email_confirmed",
        "name",
        "language",
        "created_at",
    }


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic YTpi",
        "Token x",
        "Bearer mago_at_" + "A" * 43,
        "\x00",
        "é",
        "Bearer a b",
    ],
)
@pytest.mark.parametrize("path", ["me", "schema/"])
def test_credentials_that_are_no_good_are_never_passed_over(
    app: App, alice: User, header: str, path: str
) -> None:
    answer = app.client.get(f"/api/v1/{path}", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_refresh_token_opens_no_endpoint(app: App, alice: User) -> None:
    app.token = app.sign_in(alice)["refresh_token"]
    assert app.get("me").status_code == 401


def test_a_token_in_the_address_or_in_a_cookie_counts_for_nothing(app: App, alice: User) -> None:
    token = app.sign_in(alice)["access_token"]
    client = App().client
    client.cookies["session"] = token
    assert client.get(f"/api/v1/me?access_token={token}").status_code == 401


def test_a_token_is_dead_in_the_moment_in_which_its_person_is_disabled(
    app: App, alice: User, dora: User
) -> None:
    pair = app.sign_in(alice)
    set_active(user=alice, active=False, actor=dora)
    assert app.get("me").status_code == 401
    app.token = ""
    assert app.post("auth/refresh", {"refresh_token": pair["refresh_token"]}).status_code == 401


def test_a_reset_key_is_dead_with_its_person(
    app: App, alice: User, dora: User, link_in: Find
) -> None:
    app.post("auth/password/reset", {"email": alice.email})
    set_active(user=alice, active=False, actor=dora)
    body = {"key": key_in(link_in("reset_password")), "password": OTHER}
    assert app.post("auth/password/confirm", body).json()["code"] == "link_invalid"


def test_errors_are_problem_details(app: App, alice: User) -> None:
    answer = app.get("me")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json().keys() >= {"type", "title", "status", "detail", "code", "request_id"}
    assert answer.json()["request_id"] == answer["X-Request-ID"]


def test_a_path_that_is_none_is_a_problem_too(app: App) -> None:
    answer = app.get("nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_wrong_method_says_which_are_right(app: App) -> None:
    answer = app.get("auth/login")
    assert answer.status_code == 405
    assert "POST" in answer["Allow"]


def test_what_nobody_expected_is_a_problem_without_details(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("secret internals")

    monkeypatch.setattr("accounts.provider.services.families.digest", broken)
    app = App()
    app.client.raise_request_exception = False
    answer = app.post("auth/refresh", {"refresh_token": "mago_rt_x"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret internals" not in answer.content.decode()


def test_the_description_covers_every_endpoint(app: App) -> None:
    answer = app.client.get("/api/v1/schema/?format=json")
    assert answer.status_code == 200
    paths = answer.content.decode()
    for path in (
        "signup",
        "confirm-email",
        "login",
        "refresh",
        "logout",
        "password/reset",
        "password/confirm",
    ):
        assert f"/api/v1/auth/{path}" in paths


def test_an_app_that_confirms_may_set_the_password_anew(app: App, link_in: Any) -> None:
    app.post("auth/signup", {"email": "alice@example.com", "password": OTHER})
    key = key_in(link_in("confirm_email"))
    refused = app.post("auth/confirm-email", {"key": key, "password": "short"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["password"])
    assert app.post("auth/confirm-email", {"key": key, "password": PASSWORD}).status_code == 200
    alice = User.objects.get()
    assert (alice.check_password(PASSWORD), alice.check_password(OTHER)) == (True, False)
