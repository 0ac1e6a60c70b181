"""The first journey: a stranger comes in by the pages, and an administrator sees it."""

import re

import pytest

from tests.conftest import PASSWORD
from tests.journeys.visitor import Visitor
from tests.running import Site

pytestmark = [pytest.mark.journey, pytest.mark.first]
OTHER = "nine otters paint the quiet harbour"


def test_a_stranger_comes_in_and_an_administrator_sees_it(site: Site, owner: str) -> None:
    alice = Visitor(site.base)
    page = alice.submit(
        "/accounts/signup/", email="alice@example.com", name="Alice Liddell", password1=PASSWORD
    )
    assert page.url.endswith("/accounts/confirm-email/")
    assert alice.get("/accounts/").url.endswith("/accounts/login/?next=/accounts/")

    phone = Visitor(site.base)
    link = site.link_to("alice@example.com", "/confirm-email/")
    confirmed = phone.submit(link, name="Alice Liddell", password1=PASSWORD)
    assert confirmed.url.endswith("/accounts/")

    page = alice.submit("/accounts/login/", login="alice@example.com", password=PASSWORD)
    assert page.url.endswith("/accounts/")
    assert "alice@example.com" in page.text
    (session,) = (cookie for cookie in alice.cookies if cookie.name == "session")
    assert session.has_nonstandard_attr("HttpOnly")

    assert alice.get("/admincenter/").status == 403

    dora = Visitor(site.base)
    page = dora.submit("/accounts/login/?next=/admincenter/people/", login=owner, password=PASSWORD)
    assert page.url.endswith("/admincenter/people/")
    assert "Alice Liddell" in page.text
    events = dora.get("/admincenter/audit/").text
    assert "Signed in" in events
    assert "alice@example.com" in events

    assert alice.submit("/accounts/logout/").status == 200
    assert alice.get("/accounts/").url.endswith("/accounts/login/?next=/accounts/")


def test_a_forgotten_password_is_set_anew(site: Site, visitor: Visitor) -> None:
    visitor.submit("/accounts/signup/", email="bob@example.com", password1=PASSWORD)
    page = visitor.submit(site.link_to("bob@example.com", "/confirm-email/"))
    assert page.url.endswith("/accounts/")  # the browser that chose the password

    elsewhere = Visitor(site.base)
    elsewhere.submit("/accounts/password/reset/", email="bob@example.com")
    link = site.link_to("bob@example.com", "/password/reset/")
    page = elsewhere.submit(link, password1=OTHER)
    assert page.url.endswith("/accounts/login/")

    assert visitor.get("/accounts/").url.endswith("/accounts/login/?next=/accounts/")
    assert (
        elsewhere.submit("/accounts/login/", login="bob@example.com", password=PASSWORD).status
        == 400
    )
    assert (
        elsewhere.submit("/accounts/login/", login="bob@example.com", password=OTHER).status == 200
    )
    assert elsewhere.get(link).status == 400


def test_a_form_from_elsewhere_is_refused(site: Site, visitor: Visitor) -> None:
    visitor.get("/accounts/login/")
    visitor.base = "https://evil.example"
    page = visitor.submit(
        f"{site.base}/accounts/login/", login="alice@example.com", password=PASSWORD
    )
    assert page.status == 403


def test_no_mail_holds_a_password(site: Site) -> None:
    assert not re.search(f"{PASSWORD}|{OTHER}", str(site.inbox()))
