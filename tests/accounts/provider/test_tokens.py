"""The token endpoint and what is asked of a token: refresh, client credentials, userinfo, introspection, revocation."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from joserfc.jwk import ECKey

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import create_service_account, grant_role
from accounts.organizations.models import Domain
from accounts.organizations.services import claim_domain, create_organization
from accounts.provider.models import AccessToken
from accounts.provider.selectors import client_token_of, makers_of
from accounts.provider.services import (
    create_application,
    create_client_secret,
    edit_application,
    open_client_token,
)
from accounts.provider.services import revoke_client_secret as revoke_secret
from accounts.sessions.models import Session
from mago.core.errors import Conflict, Refused
from tests.conftest import App, Browser

from .conftest import BACK, Party, claims_of

API = "https://api.acme.example/"
PUBLIC, OTHER_PUBLIC = (
    {"keys": [ECKey.generate_key("P-256").as_dict(private=False)]} for _ in range(2)
)


def asked(path: str, token: str) -> Any:
    return Client().get(path, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def acme(alice: Any) -> Any:
    return create_organization(name="Acme", owner=alice, actor=alice)


@pytest.fixture
def robot(acme: Any, alice: Any) -> Any:
    return create_service_account(
        organization=acme, name="Robot", role=RoleName.REPORTER, actor=alice
    )


@pytest.fixture
def nightly(acme: Any, alice: Any, robot: Any) -> Party:
    """Acts by itself, as Robot."""
    row, secret = create_application(
        name="Nightly",
        type="confidential",
        organization=acme,
        grants=["client_credentials"],
        scopes=["api:read"],
        service_account=robot,
        actor=alice,
    )
    return Party(row, secret)


def test_a_refresh_gives_a_new_pair_and_a_new_id_token(wiki: Party, her: Browser) -> None:
    pair = wiki.sign_in(her)
    newer = wiki.refresh(pair["refresh_token"]).json()
    assert newer["refresh_token"] != pair["refresh_token"]
    first, second = claims_of(pair["id_token"]), claims_of(newer["id_token"])
    assert [first[name] for name in ("sub", "aud", "auth_time", "sid")] == [
        second[name] for name in ("sub", "aud", "auth_time", "sid")
    ]
    assert "nonce" not in second


def test_a_refresh_token_that_comes_back_ends_its_family_and_its_owner_hears(
    wiki: Party, her: Browser, alice: Any, mails: Any, events: Any
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pair, other = wiki.sign_in(her), wiki.sign_in(her)
        newest = wiki.refresh(pair["refresh_token"]).json()
        clock.shift(16)
        assert wiki.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"
        assert wiki.refresh(newest["refresh_token"]).json()["error"] == "invalid_grant"
        assert wiki.refresh(other["refresh_token"]).status_code == 200
    assert [mail.recipient for mail in mails("token_reused")] == [alice.email]
    assert len(events("provider:token:reused")) == 1


def test_a_refresh_may_ask_for_less_and_not_for_more(wiki: Party, her: Browser) -> None:
    pair = wiki.sign_in(her)
    less = wiki.refresh(pair["refresh_token"], scope="openid").json()
    assert less["scope"] == "openid"
    assert "email" not in asked("/oauth/userinfo", less["access_token"]).json()
    more = wiki.refresh(less["refresh_token"], scope="openid api:read")
    assert more.json()["error"] == "invalid_scope"


def test_without_offline_access_it_ends_with_the_session(wiki: Party, her: Browser) -> None:
    pair = wiki.sign_in(her, scope="openid")
    lasting = wiki.sign_in(her)
    pair = wiki.refresh(pair["refresh_token"]).json()
    Session.objects.all().delete()
    assert wiki.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"
    assert wiki.refresh(lasting["refresh_token"]).status_code == 200


def test_a_refresh_token_is_good_for_whom_it_was_given_to(
    wiki: Party, mobile: Party, her: Browser, app: App, alice: Any
) -> None:
    pair = wiki.sign_in(her)
    assert mobile.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"
    own = app.post("auth/refresh", {"refresh_token": pair["refresh_token"]})
    assert own.status_code == 401
    native = app.sign_in(alice)
    assert wiki.refresh(native["refresh_token"]).json()["error"] == "invalid_grant"
    assert wiki.refresh(pair["refresh_token"]).status_code == 200


def test_userinfo_says_what_was_granted(wiki: Party, her: Browser, alice: Any) -> None:
    token = wiki.sign_in(her)["access_token"]
    assert asked("/oauth/userinfo", token).json() == {
        "sub": str(alice.pk),
        "email": "alice@example.com",
        "email_verified": True,
    }
    full = wiki.sign_in(her, scope="openid profile")["access_token"]
    assert asked("/oauth/userinfo", full).json() == {"sub": str(alice.pk), "name": "Alice"}


@pytest.mark.parametrize("kind", ["none", "garbage", "id token", "refresh token", "native"])
def test_userinfo_takes_no_other_token(
    wiki: Party, her: Browser, app: App, alice: Any, kind: str
) -> None:
    pair = wiki.sign_in(her)
    token = {
        "none": "",
        "garbage": "\x00è",
        "id token": pair["id_token"],
        "refresh token": pair["refresh_token"],
        "native": app.sign_in(alice)["access_token"],
    }[kind]
    answer = asked("/oauth/userinfo", token)
    assert (answer.status_code, answer["WWW-Authenticate"][:6]) == (401, "Bearer")


def test_a_token_is_worth_at_our_api_what_its_scope_says(
    wiki: Party, her: Browser, dora: Any
) -> None:
    """ASVS 10.3.2: dora may do everything, her wiki only look."""
    browser = Browser().as_person(dora)
    none = wiki.sign_in(browser)["access_token"]
    answer = asked("/api/v1/me", none)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    reads = wiki.sign_in(browser, scope="openid api:read")["access_token"]
    assert asked("/api/v1/me", reads).json()["email"] == dora.email
    changed = Client().patch(
        "/api/v1/me",
        '{"name": "Changed"}',
        content_type="application/json",
        headers={"Authorization": f"Bearer {reads}"},
    )
    assert (changed.status_code, changed.json()["code"]) == (403, "insufficient_scope")


def test_client_credentials_act_as_the_service_account(nightly: Party, robot: Any) -> None:
    answer = nightly.post("token", grant_type="client_credentials")
    pair = answer.json()
    assert answer["Cache-Control"] == "no-store"
    assert set(pair) == {"access_token", "token_type", "expires_in", "scope"}
    assert asked("/api/v1/me", pair["access_token"]).status_code == 403  # Of no person.
    assert asked("/api/v1/organizations", pair["access_token"]).status_code in (200, 404)
    robot.is_active = False
    robot.save()
    assert asked("/api/v1/organizations", pair["access_token"]).status_code in (401, 404)


def test_client_credentials_are_for_those_that_may(
    nightly: Party, wiki: Party, mobile: Party
) -> None:
    for party in (wiki, mobile):
        answer = party.post("token", grant_type="client_credentials")
        assert answer.json()["error"] == "unauthorized_client"
    answer = nightly.post("token", grant_type="client_credentials", scope="openid")
    assert answer.json()["error"] == "invalid_scope"
    answer = nightly.post("token", grant_type="client_credentials", scope="api")
    assert answer.json()["error"] == "invalid_scope"


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("", {}),
        ("Basic !!!", {}),
        ("Basic bm8gY29sb24=", {}),
        ("Basic /w==", {}),
        ("Bearer x", {}),
        ("", {"client_id": "itself", "client_secret": "itself"}),
        ("", {"client_id": "itself"}),
        ("itself", {"client_secret": "x"}),
        ("itself", {"client_id": "another"}),
        ("", {"client_assertion": "x", "client_assertion_type": "y"}),
    ],
)
def test_who_does_not_prove_itself_as_it_was_registered_gets_nothing(
    nightly: Party, header: str, fields: dict[str, str]
) -> None:
    own = {"itself": nightly.id} | ({"client_secret": nightly.secret})
    fields = {name: own.get(value, value) for name, value in fields.items()}
    answer = (
        nightly.post("token", auth=header == "itself", grant_type="client_credentials", **fields)
        if not header or header == "itself"
        else Client().post(
            "/oauth/token",
            "grant_type=client_credentials",
            content_type="application/x-www-form-urlencoded",
            headers={"Authorization": header},
        )
    )
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] in ("invalid_client", "invalid_request")


def test_two_secrets_work_while_one_follows_the_other(
    nightly: Party, alice: Any, events: Any
) -> None:
    row, first = nightly.application, nightly.secret
    second = create_client_secret(application=row, actor=alice)
    with pytest.raises(Conflict):
        create_client_secret(application=row, actor=alice)
    for secret in (first, second):
        nightly.secret = secret
        assert nightly.post("token", grant_type="client_credentials").status_code == 200
    revoke_secret(application=row, slot=1, actor=alice)
    nightly.secret = first
    refused = nightly.post("token", grant_type="client_credentials")
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert first not in str([event.detail for event in events()])


def test_what_an_application_was_let_in_by_takes_its_tokens_along(
    nightly: Party, alice: Any, acme: Any
) -> None:
    row = nightly.application
    other = create_service_account(organization=acme, name="Other", actor=alice)

    def token() -> str:
        return open_client_token(row, scope="api:read").access_token

    kept = token()
    edit_application(application=row, name="By night", actor=alice)
    assert client_token_of(kept) is not None
    revoke_secret(application=row, slot=1, actor=alice)
    assert client_token_of(kept) is None
    as_robot = token()
    edit_application(application=row, service_account=other, actor=alice)
    assert client_token_of(as_robot) is None


def test_whoever_says_as_whom_an_application_acts_or_by_which_key_can_act_as_it(
    acme: Any, alice: Any, bob: Any, charlie: Any, robot: Any
) -> None:
    for one in (bob, charlie):
        Membership.objects.create(organization=acme, user=one)
        grant_role(user=one, role=RoleName.ORGANIZATION_OWNER, actor=None, scope=acme.access_scope)
    other = create_service_account(organization=acme, name="Other", actor=alice)
    row, _ = create_application(
        name="Keyed",
        type="confidential",
        organization=acme,
        auth_method="private_key_jwt",
        jwks=PUBLIC,
        grants=["client_credentials"],
        scopes=["api:read"],
        service_account=other,
        actor=alice,
    )
    edit_application(application=row, service_account=robot, actor=bob)
    edit_application(application=row, name="Signed", actor=charlie)
    assert set(makers_of(robot)) == {alice, bob}
    token = open_client_token(row, scope="api:read").access_token
    edit_application(application=row, jwks=OTHER_PUBLIC, actor=charlie)
    assert set(makers_of(robot)) == {alice, bob, charlie}
    assert client_token_of(token) is None


def test_only_a_form_is_taken_and_nothing_in_the_address(nightly: Party) -> None:
    json = Client().post("/oauth/token", "{}", content_type="application/json")
    assert json.json()["error"] == "invalid_request"
    query = Client().post(
        "/oauth/token?grant_type=client_credentials",
        "",
        content_type="application/x-www-form-urlencoded",
    )
    assert query.json()["error"] == "invalid_request"
    assert Client().get("/oauth/token").status_code == 405
    twice = Client().post(
        "/oauth/token",
        "grant_type=a&grant_type=b",
        content_type="application/x-www-form-urlencoded",
    )
    assert twice.json()["error"] == "invalid_request"


def test_introspection_is_for_whom_the_token_was_given_to(
    wiki: Party, nightly: Party, mobile: Party, her: Browser, alice: Any
) -> None:
    pair = wiki.sign_in(her)
    token = pair["access_token"]
    known = wiki.post("introspect", token=token).json()
    assert known["active"] is True
    assert (known["sub"], known["client_id"]) == (str(alice.pk), wiki.id)
    assert (known["scope"], known["acr"]) == (pair["scope"], "aal1")
    assert wiki.post("introspect", token=pair["refresh_token"]).json()["active"] is True
    assert nightly.post("introspect", token=token).json() == {"active": False}
    assert wiki.post("introspect", token=pair["id_token"]).json() == {"active": False}
    assert wiki.post("introspect", auth=False, token=token).status_code == 401
    assert mobile.post("introspect", token=token).json()["error"] == "unauthorized_client"
    own = nightly.post("token", grant_type="client_credentials").json()["access_token"]
    assert nightly.post("introspect", token=own).json()["sub"] == nightly.id


def test_revocation_is_for_whom_the_token_was_given_to(
    wiki: Party, nightly: Party, her: Browser
) -> None:
    pair = wiki.sign_in(her)
    assert nightly.post("revoke", token=pair["refresh_token"]).status_code == 200
    assert wiki.post("introspect", token=pair["access_token"]).json()["active"] is True
    assert wiki.post("revoke", token=pair["access_token"]).status_code == 200
    assert wiki.post("introspect", token=pair["access_token"]).json() == {"active": False}
    pair = wiki.refresh(pair["refresh_token"]).json()
    assert wiki.post("revoke", token=pair["refresh_token"]).status_code == 200
    assert wiki.post("introspect", token=pair["access_token"]).json() == {"active": False}
    assert wiki.post("revoke", token="garbage").status_code == 200


def test_a_resource_outside_is_given_a_jwt_that_we_do_not_take(
    acme: Any, alice: Any, her: Browser, nightly: Party
) -> None:
    """RFC 9068; its audience is the resource, and nobody can have one made for another's."""
    fields: dict[str, Any] = {
        "type": "confidential",
        "organization": acme,
        "redirect_uris": [BACK],
        "resources": [API],
        "scopes": ["openid", "orders:read", "api"],
        "actor": alice,
    }
    with pytest.raises(Refused) as refused:
        create_application(name="Shop", **fields)
    assert list(refused.value.fields) == ["resources"]
    claim_domain(organization=acme, name="acme.example", actor=alice)
    Domain.objects.of(acme).update(proved_at=timezone.now())
    shop = Party(*create_application(name="Shop", **fields))
    pair = shop.sign_in(her, scope="openid orders:read", resource=API)
    claims = claims_of(pair["access_token"])
    assert (claims["aud"], claims["scope"]) == (API, "openid orders:read")
    assert (claims["client_id"], claims["sub"]) == (shop.id, str(alice.pk))
    for path in ("/api/v1/me", "/oauth/userinfo"):
        assert asked(path, pair["access_token"]).status_code == 401
    assert shop.post("introspect", token=pair["access_token"]).json()["aud"] == API
    wrong = shop.refresh(pair["refresh_token"], resource="https://other.example/")
    assert wrong.json()["error"] == "invalid_target"


def test_an_access_token_ends_after_ten_minutes(wiki: Party, her: Browser) -> None:
    token = wiki.sign_in(her)["access_token"]
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        assert asked("/oauth/userinfo", token).status_code == 401


def test_who_is_signed_out_everywhere_is_so_in_applications(wiki: Party, her: Browser) -> None:
    pair = wiki.sign_in(her)
    her.post("/accounts/sessions/end-others/")
    assert asked("/oauth/userinfo", pair["access_token"]).status_code == 401
    assert wiki.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"


def test_an_error_in_the_middle_leaves_the_old_token_working(
    wiki: Party, her: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = wiki.sign_in(her)

    def broken(*args: Any, **kwargs: Any) -> str:
        raise RuntimeError("the database is gone")

    with monkeypatch.context() as patch:
        patch.setattr("accounts.provider.services.families.id_token", broken)
        with pytest.raises(RuntimeError):
            wiki.refresh(pair["refresh_token"])
    assert AccessToken.objects.count() == 1
    assert wiki.refresh(pair["refresh_token"]).status_code == 200
