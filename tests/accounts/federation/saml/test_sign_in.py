"""Somebody signs in by their organization's SAML provider."""

from typing import Any

import pytest

from accounts.models import User
from tests.conftest import Browser

from .conftest import BOB, Way, is_in
from .idp import MODES, Idp


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_bob_signs_in_by_his_organizations_provider(
    provider: Any, idp: Idp, browser: Browser, mode: Any
) -> None:
    way = Way(browser, next="/accounts/sessions/")
    answer = way.back(idp.response(mode=mode, **way.about(**BOB)))
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/sessions/")
    assert is_in(browser)
    assert User.objects.get(email="bob@acme.example").name == "Bob"
