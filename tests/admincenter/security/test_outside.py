"""People without an account: security.txt and the form for reports."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from admincenter.security.models import Ticket
from tests.conftest import Browser

FORM = "/security/report/"
WORDS = {
    "title": "Open redirect on the way out",
    "description": "Follow the link with next=//example.net and look.",
    "email": "finder@example.net",
}


def test_security_txt_names_what_rfc_9116_demands(browser: Browser, settings: Any) -> None:
    answer = browser.get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    lines = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert lines["Contact"] == f"{settings.MAGO_BASE_URL}{FORM}"
    assert lines["Canonical"] == f"{settings.MAGO_BASE_URL}/.well-known/security.txt"
    assert lines["Preferred-Languages"] == "en, it"
    expires = datetime.fromisoformat(lines["Expires"])
    assert timedelta(days=1) < expires - datetime.now(UTC) < timedelta(days=365)
    assert "Policy" not in lines
    settings.SECURITY_CONTACTS = ["mailto:security@example.com", "https://example.com/contact"]
    settings.SECURITY_POLICY_URL = "https://example.com/policy"
    text = browser.get("/.well-known/security.txt").text
    assert text.count("Contact: ") == 2
    assert "Policy: https://example.com/policy\n" in text


def test_a_report_is_a_ticket_of_the_platform_and_has_a_receipt(
    browser: Browser, platform: Any, mails: Any
) -> None:
    assert browser.get(FORM).status_code == 200
    answer = browser.post(FORM, WORDS)
    assert answer["Location"] == "/security/reported/"
    assert "Report received" in browser.get("/security/reported/").text
    ticket = Ticket.objects.of(platform).get()
    assert (ticket.source, ticket.state, ticket.reporter_contact) == (
        "outside",
        "reported",
        WORDS["email"],
    )
    (receipt,) = mails("security/receipt", WORDS["email"])
    # Else anybody could have us mail their words to anybody.
    assert "redirect" not in str(receipt.context)


def test_a_report_may_be_without_an_address_and_not_without_words(
    browser: Browser, platform: Any, mails: Any
) -> None:
    assert browser.post(FORM, WORDS | {"description": "short"}).status_code == 400
    assert browser.post(FORM, WORDS | {"email": "x"}).status_code == 400
    assert browser.post(FORM, WORDS | {"email": ""}).status_code == 302
    assert Ticket.objects.of(platform).count() == 1
    assert not mails("security/receipt")


def test_a_flood_is_stopped_and_writes_nothing(browser: Browser, platform: Any, mails: Any) -> None:
    answers = [browser.post(FORM, WORDS | {"email": ""}).status_code for _number in range(6)]
    assert answers == [302] * 5 + [429]
    assert Ticket.objects.of(platform).count() == 5


def test_one_mailbox_is_not_filled_from_many_addresses(
    platform: Any, mails: Any, settings: Any
) -> None:
    answers = [
        Browser(REMOTE_ADDR=f"192.0.2.{number}").post(FORM, WORDS).status_code
        for number in range(5)
    ]
    assert answers == [302] * 3 + [429] * 2
    assert len(mails("security/receipt")) == 3


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused() -> None:
    assert Browser(enforce_csrf_checks=True).post(FORM, WORDS).status_code == 403
