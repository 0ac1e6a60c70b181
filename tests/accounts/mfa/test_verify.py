"""The second step of a sign-in, on pages."""

import re
from typing import Any

import pytest

from accounts.mfa.services import WrongCode, begin, verify
from mago.audit.tags import Tag
from tests.conftest import Browser

from .conftest import code_of, is_in, sent_code, sign_in, signing_in, wrong

pytestmark = [pytest.mark.one_database, pytest.mark.django_db]


def test_a_password_alone_opens_nothing_once_there_is_a_factor(alice: Any, totp_of: Any) -> None:
    totp_of(alice)
    browser = Browser()
    response = sign_in(browser, alice)
    assert response["Location"] == "/accounts/mfa/verify/"
    assert not is_in(browser)


def test_the_code_of_the_app_lets_in_and_the_session_says_so(
    alice: Any, totp_of: Any, events: Any
) -> None:
    device = totp_of(alice)
    browser = Browser()
    page = browser.get(sign_in(browser, alice)["Location"], follow=True)
    assert "Telephone" in page.content.decode()
    path = page.redirect_chain[-1][0]
    response = browser.post(path, {"code": code_of(device)})
    assert response["Location"] == "/accounts/"
    assert is_in(browser)
    session = alice.sessions.get()
    assert (session.proofs, session.strength) == ("password totp", 2)
    (event,) = events(Tag.SIGN_IN_SUCCEEDED)
    assert event.detail["proofs"] == ["password", "totp"]


def test_a_wrong_code_lets_nobody_in_and_says_so(alice: Any, totp_of: Any, events: Any) -> None:
    totp_of(alice)
    browser = Browser()
    path = browser.get(sign_in(browser, alice)["Location"])["Location"]
    response = browser.post(path, {"code": "000000"})
    assert response.status_code == 400
    assert "does not fit" in response.content.decode()
    assert not is_in(browser)
    assert events(Tag.FACTOR_FAILED)


def test_a_wrong_code_of_an_app_is_not_answered_by_offering_a_new_one(
    alice: Any, totp_of: Any, email_of: Any
) -> None:
    device, mail = totp_of(alice), email_of(alice)
    used = code_of(device)
    assert is_in(entered(Browser(), alice, used)[0])
    said = {
        entered(Browser(), alice, code)[1]
        for code in (wrong(used), used, code_of(device, steps=-9))
    }
    assert len(said) == 1, "wrong, used and late are told alike"
    assert "Wait for the next one that your app shows" in said.pop()
    flow = signing_in(alice)
    begin(flow, mail)
    with pytest.raises(WrongCode, match="invalid_code") as refused:
        verify(flow, mail, wrong(sent_code()))
    assert "ask for a new one" in str(refused.value.detail)


def entered(browser: Browser, user: Any, code: str) -> tuple[Browser, str]:
    """The browser after that code of the app, and the error that it shows."""
    step = browser.get(sign_in(browser, user)["Location"])["Location"]
    page = browser.post(step, {"code": code}).content.decode()
    found = re.search(r"That code does not fit[^<]*", page)
    return browser, found[0] if found else ""


def test_a_code_works_once(alice: Any, totp_of: Any) -> None:
    device = totp_of(alice)
    code = code_of(device)
    one, other = Browser(), Browser()
    for browser in (one, other):
        path = browser.get(sign_in(browser, alice)["Location"])["Location"]
        browser.post(path, {"code": code})
    assert [is_in(one), is_in(other)] == [True, False]
