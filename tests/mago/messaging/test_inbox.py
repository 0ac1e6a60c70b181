"""The inbox of whoever tries Mago out."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from mago.messaging.gateways import inbox as gateway
from mago.messaging.gateways.base import Letter
from mago.messaging.gateways.inbox import InboxGateway
from mago.messaging.models import InboxEntry, Message, Status
from mago.messaging.services import send_mail

from .conftest import LINK, deliver_all, reread

PATHS = ["/dev/inbox/", "/dev/inbox.json"]


def receive(text: str = "Hello\n", **changes: Any) -> InboxEntry:
    values = {"channel": "email", "to": "ada@example.com", "subject": "Hello", "html": ""}
    InboxGateway().send(Letter(**{**values, "text": text, **changes}))
    return InboxEntry.objects.latest("pk")


def test_a_mail_lands_in_it(mail: Message, client: Client) -> None:
    deliver_all()
    assert (reread(mail).status, reread(mail).gateway) == (Status.SENT, "inbox")
    (entry,) = client.get("/dev/inbox.json").json()
    assert set(entry) == {"channel", "to", "subject", "text", "html", "created"}
    assert (entry["channel"], entry["to"]) == ("email", "ada1@example.com")
    assert f"\n{LINK}\n" in entry["text"]


def test_the_newest_comes_first_in_both(db: None, client: Client) -> None:
    receive("goose")
    receive("heron")
    assert [e["text"] for e in client.get("/dev/inbox.json").json()] == ["heron", "goose"]
    page = client.get("/dev/inbox/").content.decode()
    assert page.index("heron") < page.index("goose")


def test_links_can_be_followed_and_codes_stand_out(db: None, client: Client) -> None:
    receive(f"Your code is 483920.\n\n{LINK}\n\n12345 and 123456789 are none.")
    page = client.get("/dev/inbox/").content.decode()
    assert f'<a href="{LINK}">{LINK}</a>' in page
    assert "<mark>483920</mark>" in page
    assert page.count("<mark>") == 1


def test_what_a_mail_says_is_no_markup_of_the_page(db: None, client: Client) -> None:
    receive('<script>x</script> http://a.example/"><script>', subject="<b>&", to="<i>@example.com")
    page = client.get("/dev/inbox/").content.decode()
    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page
    assert '"><script>' not in page
    assert "<b>&" not in page
    assert "<i>@" not in page


def test_the_html_part_is_shown_with_its_styles_and_nothing_that_runs(
    db: None, client: Client
) -> None:
    entry = receive(html="<p style='color: red'>Hello</p>")
    response = client.get(f"/dev/inbox/{entry.pk}/")
    assert response.content == entry.html.encode()
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy


def test_an_entry_without_html_has_no_such_page(db: None, client: Client) -> None:
    assert client.get(f"/dev/inbox/{receive().pk}/").status_code == 404


def test_only_the_newest_are_kept(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "KEPT", 3)
    for number in range(5):
        receive(str(number))
    assert [entry.text for entry in InboxEntry.objects.all()] == ["4", "3", "2"]


@pytest.mark.parametrize("path", PATHS)
def test_an_empty_inbox_says_so(path: str, db: None, client: Client) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert b"Nothing yet" in response.content or json.loads(response.content) == []


@pytest.mark.parametrize("path", [*PATHS, "/dev/inbox/1/"])
def test_nobody_sees_it_from_elsewhere(path: str, db: None, client: Client) -> None:
    receive(html="<p>secret</p>")
    response = client.get(path, REMOTE_ADDR="192.0.2.1")
    assert response.status_code == 404
    assert b"secret" not in response.content


@pytest.mark.parametrize("path", PATHS)
def test_a_forwarded_stranger_does_not_pass_for_this_machine(
    path: str, db: None, client: Client, settings: LazySettings
) -> None:
    settings.TRUSTED_PROXIES = 1
    response = client.get(path, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert response.status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_it_is_not_there_once_mails_really_go_out(
    path: str, db: None, client: Client, settings: LazySettings
) -> None:
    settings.MAGO_INBOX = False
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_it_cannot_be_written_to(path: str, db: None, client: Client) -> None:
    assert client.post(path).status_code == 405


def test_a_long_subject_is_cut_and_not_lost(db: None) -> None:
    assert len(receive(subject="x" * 500).subject) == 300


def test_an_sms_is_shown_too(sms: Message, client: Client) -> None:
    deliver_all()
    (entry,) = client.get("/dev/inbox.json").json()
    assert (entry["channel"], entry["subject"], entry["html"]) == ("sms", "", "")
    assert entry["text"] == "483920 is your Mago code & no one else's\n"
    assert "<mark>483920</mark>" in client.get("/dev/inbox/").content.decode()


def test_a_language_of_the_reader(
    db: None, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        context = {"link": LINK, "name": ""}
        send_mail("signin/confirm_email", to="a@example.com", context=context, language="it")
    assert 'lang="it"' in InboxEntry.objects.get().html
