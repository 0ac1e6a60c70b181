"""A native app and its person's passkey, over real HTTP: alone, and as a second step."""

import json
from typing import Any

import pytest

from tests.accounts.mfa.authenticator import Authenticator
from tests.conftest import PASSWORD
from tests.running import Site

from .test_api import call
from .visitor import Visitor

pytestmark = pytest.mark.journey
ME = "iris@example.com"
WORDS = {"email": ME, "password": PASSWORD}


@pytest.fixture(scope="module")
def key(site: Site) -> Authenticator:
    """Iris has set it up in a browser, on this very machine."""
    call(site, "POST", "auth/signup", WORDS)
    link = site.link_to(ME, "/confirm-email/").rstrip("/").rsplit("/", 1)[1]
    call(site, "POST", "auth/confirm-email", {"key": link})
    here = site.base.replace("127.0.0.1", "localhost")
    iris = Visitor(here)
    iris.submit("/accounts/login/", login=ME, password=PASSWORD)
    found = Authenticator(origin=here, rp="localhost")
    page = "/accounts/mfa/add/passkey/"
    options = json.loads(iris.ask(page, f"{page}options/").text)
    done = iris.submit(page, credential=found.create(options), name="Key")
    assert done.status == 200, done.text
    return found


def put(site: Site) -> dict[str, Any]:
    status, asked = call(site, "POST", "auth/passkey/options", {})
    assert status == 200
    return dict(asked)


def shows(site: Site, transaction: str, credential: str) -> tuple[int, Any]:
    body = {"transaction": transaction, "credential": json.loads(credential)}
    return call(site, "POST", "auth/passkey/verify", body)


def test_a_passkey_alone_signs_in_once(site: Site, key: Authenticator) -> None:
    asked, other = put(site), put(site)
    credential = key.get(asked["options"])
    status, problem = shows(site, other["transaction"], credential)
    assert (status, problem["code"]) == (401, "invalid_code"), "of another transaction"
    status, pair = shows(site, asked["transaction"], credential)
    assert status == 200, pair
    assert call(site, "GET", "me", token=pair["access_token"])[1]["email"] == ME
    assert shows(site, asked["transaction"], credential)[0] == 401, "it opens once"
    fake = Authenticator(origin=key.origin, rp=key.rp)
    fake.id, fake.handle = key.id, key.handle
    asked = put(site)
    assert shows(site, asked["transaction"], fake.get(asked["options"]))[0] == 401, "another's key"
    elsewhere = Authenticator(origin="https://evil.example", rp=key.rp)
    elsewhere.id, elsewhere.handle, elsewhere.key = key.id, key.handle, key.key
    elsewhere.count = key.count
    asked = put(site)
    assert shows(site, asked["transaction"], elsewhere.get(asked["options"]))[0] == 401


def test_a_passkey_is_the_second_step_of_a_password(site: Site, key: Authenticator) -> None:
    status, problem = call(site, "POST", "auth/login", WORDS)
    assert (status, problem["code"]) == (401, "mfa_required")
    assert "passkey" in problem["methods"]
    named = {"transaction": problem["transaction"], "method": "passkey"}
    status, asked = call(site, "POST", "auth/mfa/challenge", named)
    assert status == 200
    answer = named | {"credential": json.loads(key.get(asked["options"]))}
    status, pair = call(site, "POST", "auth/mfa/verify", answer)
    assert status == 200, pair
    status, problem = call(site, "POST", "auth/mfa/verify", answer)
    assert (status, problem["code"]) == (401, "sign_in_expired")
