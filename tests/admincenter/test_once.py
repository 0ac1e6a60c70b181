"""A form that comes twice (a double click, a proxy that tries again) makes one thing."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from accounts.api.idempotency import purge
from accounts.api.models import KeptAnswer
from accounts.provider.models import ApiToken, Application, ClientSecret
from accounts.provider.services import create_application
from admincenter.security.models import Attachment, Entry, EntryKind, Ticket
from hubs.models import EnrolmentCode
from mago.audit.models import AuditStream
from mago.core.ids import new_secret
from tests.admincenter.organizations.conftest import acme, other, robot
from tests.admincenter.security.conftest import AT, _files, owner, platform, programme, ticket
from tests.conftest import Browser
from tests.races import at_once, real_database
from tests.routes import routes

__all__ = [
    "_files",
    "acme",
    "other",
    "owner",
    "platform",
    "programme",
    "real_database",
    "robot",
    "ticket",
]

TICKETS = f"{AT}tickets/"
MAKING = (
    "/create/", "/create-organization/", "/invite/", "/grant/", "/claim/", "/enrol/", "/reenrol/", "/links/new/",
)  # fmt: skip
WORDS = {"title": "Open port", "source": "scanner", "severity": "high", "csrfmiddlewaretoken": "a"}


def test_a_ticket_that_is_sent_twice_is_one_and_leads_to_the_same_page(
    owner: Browser, programme: Any, admin: Browser
) -> None:
    made = [owner.post(f"{TICKETS}create/", WORDS) for _turn in range(2)]
    assert [answer["Location"] for answer in made] == [f"{TICKETS}1/"] * 2
    tickets = Ticket.objects.of(programme)
    assert tickets.count() == 1
    # It says nothing to whoever reads the database.
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT answer FROM {KeptAnswer._meta.db_table}")
        assert TICKETS not in str(cursor.fetchall())
    assert "was sent already" in owner.get(f"{TICKETS}1/").text
    # Another page, other words, another person: another ticket.
    owner.post(f"{TICKETS}create/", WORDS | {"csrfmiddlewaretoken": "b"})
    owner.post(f"{TICKETS}create/", WORDS | {"title": "Open door"})
    admin.post(f"{TICKETS}create/", WORDS)
    assert tickets.count() == 4


def test_what_is_sent_again_much_later_is_meant(owner: Browser, programme: Any) -> None:
    for minutes in (0, 9, 11):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            owner.post(f"{TICKETS}create/", WORDS)
    assert Ticket.objects.of(programme).count() == 2
    with time_machine.travel(timezone.now() + timedelta(minutes=30)):
        purge()
    assert not KeptAnswer.objects.exists()


def test_each_page_names_itself(owner: Browser, programme: Any) -> None:
    pages = [owner.get(f"{TICKETS}create/").context["csrf_token"] for _turn in range(2)]
    assert str(pages[0]) != str(pages[1])


def test_what_was_refused_may_be_sent_again(
    owner: Browser, ticket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket()
    wrong = WORDS | {"vector": "CVSS:4.0/x"}
    assert [owner.post(f"{TICKETS}create/", wrong).status_code for _turn in range(2)] == [400, 400]

    def attach(content: bytes = b"%PDF-1.7") -> None:
        file = SimpleUploadedFile("a.pdf", content)
        owner.post(f"{TICKETS}1/attach/", {"csrfmiddlewaretoken": "a", "file": file})

    # Told on the page to which the answer leads.
    monkeypatch.setattr("admincenter.security.services.attachments.MOST", 0)
    attach()
    monkeypatch.undo()
    for content in (b"%PDF-1.7", b"%PDF-1.7", b"%PDF-1.8"):
        attach(content)
    assert Attachment.objects.everywhere(reason="test").count() == 2


def test_a_comment_that_is_sent_twice_stands_there_once(owner: Browser, ticket: Any) -> None:
    ticket()
    sent = {"body": "Seen in the log.", "csrfmiddlewaretoken": "a"}
    for _turn in range(2):
        assert owner.post(f"{TICKETS}1/comment/", sent)["Location"] == f"{TICKETS}1/#history"
    assert Entry.objects.everywhere(reason="test").filter(kind=EntryKind.COMMENT).count() == 1


def test_a_report_from_outside_that_is_sent_twice_is_one(
    browser: Browser, platform: Any, mails: Any
) -> None:
    sent = {
        "title": "Open redirect on the way out",
        "description": "Follow the link with next=//example.net and look.",
        "email": "finder@example.net",
        "csrfmiddlewaretoken": new_secret(),
    }
    for _turn in range(2):
        assert browser.post("/security/report/", sent)["Location"] == "/security/reported/"
    assert Ticket.objects.of(platform).count() == 1
    assert len(mails("security/receipt", "finder@example.net")) == 1


def test_of_what_shows_a_secret_a_second_sending_makes_no_other_and_says_what_to_do(
    owner: Browser, admin: Browser, acme: Any, alice: Any, robot: Any
) -> None:
    wiki = create_application(
        name="Wiki", type="confidential", redirect_uris=["https://wiki.example/"], organization=acme,
        actor=alice,
    )[0]  # fmt: skip
    account = f"/admincenter/organizations/acme/service-accounts/{robot.pk}/"
    application = f"/admincenter/organizations/acme/applications/{wiki.pk}/"
    confidential = {
        "name": "Desk", "type": "confidential", "redirect_uris": "https://desk.example/back",
        "grants": "authorization_code", "scopes": "openid", "id_token_algorithm": "ES256",
    }  # fmt: skip
    stream = {"name": "SIEM", "kind": "webhook", "address": "https://siem.example.com/in"}
    sendings: list[tuple[Browser, str, dict[str, Any], Any, str]] = [
        (owner, f"{account}tokens/create/", {"name": "Nightly", "days": "90"}, ApiToken, account),
        (owner, f"{application}secrets/create/", {}, ClientSecret, application),
        (admin, "/admincenter/applications/create/", confidential, Application, "/admincenter/applications/"),
        (admin, "/admincenter/audit/streams/create/", stream, AuditStream, "/admincenter/audit/streams/"),
        (owner, "/admincenter/hubs/acme/enrol/", {"uses": 1, "days": 1}, EnrolmentCode, "/admincenter/hubs/acme/codes/"),
    ]  # fmt: skip
    for browser, path, fields, model, to in sendings:
        before = model._base_manager.count()
        sent = fields | {"csrfmiddlewaretoken": "a"}
        first, second = (browser.post(path, sent) for _turn in range(2))
        assert (first.status_code, second.status_code) == (201, 302), path
        assert model._base_manager.count() == before + 1
        secret = first.context.get("secret") or first.context["code"]
        assert second["Location"].startswith(to)
        page = browser.get(second["Location"]).text
        assert "make another here" in page
        assert secret not in page
        kept = KeptAnswer.objects.get(status=201)
        assert secret not in kept.answer
        kept.delete()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_many_that_come_at_one_moment_one_makes_a_ticket(
    real_database: None, owner: Browser, programme: Any
) -> None:
    def send(number: int) -> str:
        browser = Browser()
        browser.cookies = owner.cookies
        return str(browser.post(f"{TICKETS}create/", WORDS)["Location"])

    assert set(at_once(send)) == {f"{TICKETS}1/"}
    assert Ticket.objects.of(programme).count() == 1


@pytest.mark.one_database
def test_whatever_makes_something_by_a_form_makes_it_once() -> None:
    making = [
        (path, view)
        for path, view in routes()
        if path.startswith("/admincenter/") and path.endswith(MAKING)
    ]
    assert len(making) > 15
    assert [path for path, view in making if not hasattr(view, "makes_once")] == []
