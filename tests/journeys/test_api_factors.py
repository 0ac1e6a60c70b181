"""A native app and the second factors of its person, over real HTTP, as docs/api.md tells it."""

import base64
import json
import re
import time
from typing import Any

import pytest
from django_otp.oath import totp

from tests.conftest import PASSWORD
from tests.running import Site

from .test_api import call
from .visitor import Visitor

pytestmark = pytest.mark.journey
ME = "gina@example.com"
WORDS = {"email": ME, "password": PASSWORD}


def code_to(site: Site, recipient: str, sent_before: int) -> str:
    """The code in what came to `recipient` after the first `sent_before` messages; others may come as well."""
    for _ in range(200):
        mine = [mail["text"] for mail in site.inbox() if mail["to"] == recipient]
        for text in mine[: len(mine) - sent_before]:
            if found := re.search(r"\b\d{6}\b", text):
                return found.group(0)
        time.sleep(0.05)
    raise AssertionError("no code came")


def sent_to(site: Site, recipient: str) -> int:
    return sum(mail["to"] == recipient for mail in site.inbox())


@pytest.fixture(scope="module")
def key(site: Site) -> bytes:
    """The key of gina's authenticator app; she set it up in a browser, and an SMS and her mail as spares."""
    call(site, "POST", "auth/signup", WORDS)
    link = site.link_to(ME, "/confirm-email/").rstrip("/").rsplit("/", 1)[1]
    call(site, "POST", "auth/confirm-email", {"key": link})
    gina = Visitor(site.base)
    gina.submit("/accounts/login/", login=ME, password=PASSWORD)
    page = gina.submit("/accounts/mfa/add/totp/", name="Telephone")
    found = re.search(r'id="secret" value="([A-Z2-7 ]+)"', page.text)
    assert found
    secret = base64.b32decode(found[1].replace(" ", ""))
    gina.submit("/accounts/mfa/add/totp/", code=f"{totp(secret):06d}")
    for kind, field, to in (("email", "address", ME), ("sms", "number", "+393471234567")):
        before = sent_to(site, to)
        gina.submit(f"/accounts/mfa/add/{kind}/", **{field: to})
        gina.submit(f"/accounts/mfa/add/{kind}/", code=code_to(site, to, before))
    return secret


def waiting(site: Site) -> dict[str, Any]:
    """A sign-in by password, which asks for more."""
    status, problem = call(site, "POST", "auth/login", WORDS)
    assert (status, problem["code"]) == (401, "mfa_required")
    return dict(problem)


def gives(site: Site, transaction: str, method: str, code: str) -> tuple[int, Any]:
    answer = {"transaction": transaction, "method": method, "code": code}
    return call(site, "POST", "auth/mfa/verify", answer)


def test_each_factor_opens_the_second_step_and_none_twice(site: Site, key: bytes) -> None:
    asked = waiting(site)
    assert {"totp", "sms"} <= set(asked["methods"])
    code = f"{totp(key, t0=-30):06d}"  # the next one: the app's present code was used to set it up
    assert gives(site, asked["transaction"], "totp", "000000")[1]["code"] == "invalid_code"
    status, pair = gives(site, asked["transaction"], "totp", code)
    assert (status, pair["token_type"]) == (200, "Bearer")
    assert call(site, "GET", "me", token=pair["access_token"])[1]["email"] == ME
    again = waiting(site)["transaction"]
    assert gives(site, again, "totp", code)[0] == 401, "a code opens once"

    sms = waiting(site)["transaction"]
    before = sent_to(site, "+393471234567")
    status, sent = call(site, "POST", "auth/mfa/challenge", {"transaction": sms, "method": "sms"})
    assert (status, sent["sent_to"][-2:]) == (200, "67")
    texted = code_to(site, "+393471234567", before)
    assert gives(site, again, "sms", texted)[0] == 401, "of another sign-in"
    assert gives(site, sms, "sms", texted)[0] == 200


def test_a_mailed_code_signs_in_and_still_asks_for_the_factor(site: Site, key: bytes) -> None:
    before = sent_to(site, ME)
    status, asked = call(site, "POST", "auth/code", {"email": ME})
    assert status == 202
    code = code_to(site, ME, before)
    answer = {"transaction": asked["transaction"], "email": ME, "code": code}
    status, problem = call(site, "POST", "auth/code/verify", answer)
    assert (status, problem["code"]) == (401, "mfa_required")
    assert "access_token" not in json.dumps(problem)
