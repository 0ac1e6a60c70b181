"""Eight at one moment: one wins, and nobody sees an error of ours."""

import base64
from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import RequestFactory
from django.utils import timezone

from accounts.provider.models import DeviceGrant, SigningKey, TokenFamily, UsedAssertion
from accounts.provider.services import (
    ask_for_device,
    signer_for,
    use_assertion,
)
from tests.conftest import Browser
from tests.races import THREADS, _answer, at_once, real_database

from .conftest import CODE, DEVICE, VERIFIER, Party

__all__ = ["real_database"]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("real_database")]


def redeemed(party: Party, **fields: str) -> Any:
    """Django's test client is not for threads."""
    pair = base64.b64encode(f"{party.id}:{party.secret}".encode()).decode()
    request = RequestFactory().post(
        "/oauth/token",
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"Authorization": f"Basic {pair}"},
    )
    return _answer(request)


def test_of_many_with_one_code_one_has_tokens(wiki: Party, alice: Any) -> None:
    """And loses them: two have shown the code."""
    code = wiki.code_for(Browser().as_person(alice))
    fields = {
        "grant_type": CODE,
        "code": code,
        "redirect_uri": wiki.back,
        "code_verifier": VERIFIER,
    }
    answers = at_once(lambda number: redeemed(wiki, **fields))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: THREADS - 1}
    assert TokenFamily.objects.get().revoked_at is not None


def test_many_with_one_refresh_token_rotate_it_once(wiki: Party, alice: Any, settings: Any) -> None:
    settings.REFRESH_TOKEN_GRACE = timedelta(days=-1)
    token = wiki.sign_in(Browser().as_person(alice))["refresh_token"]
    fields = {"grant_type": "refresh_token", "refresh_token": token}
    answers = at_once(lambda number: redeemed(wiki, **fields))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: THREADS - 1}


def test_of_many_with_one_device_code_one_has_tokens(wiki: Party, alice: Any) -> None:
    grant, secret = ask_for_device(application=wiki.application, scope="openid")
    browser = Browser().as_person(alice)
    browser.post("/oauth/device", {"code": grant.user_code, "allow": "1"})
    fields = {"grant_type": DEVICE, "device_code": secret}
    answers = at_once(lambda number: redeemed(wiki, **fields))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: THREADS - 1}
    assert DeviceGrant.objects.get().family is not None


def test_an_assertion_is_used_once(wiki: Party) -> None:
    now = timezone.now()
    used = at_once(lambda number: use_assertion(wiki.application, "one", now))
    assert sorted(used) == [False] * (THREADS - 1) + [True]
    assert UsedAssertion.objects.count() == 1


def test_many_that_need_the_first_key_make_one() -> None:
    kids = set(at_once(lambda number: signer_for("ES256").kid))
    assert kids == {SigningKey.objects.get().kid}
