"""Every mail: subject, text and HTML, in every language."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as configured
from django.template import engines
from django.urls import resolve
from django.utils import translation

from mago.core import crypto
from mago.messaging.gateways.base import Letter
from mago.messaging.models import Channel, Message
from mago.messaging.render import render
from mago.messaging.titles import TITLES, title_of

pytestmark = pytest.mark.one_database

ROOT = Path(configured.BASE_DIR, "templates/mail")
MAILS = sorted(
    str(path.relative_to(ROOT)).removesuffix(".subject.txt") for path in ROOT.rglob("*.subject.txt")
)
LANGUAGES = [code for code, _name in configured.LANGUAGES]
BASE = configured.MAGO_BASE_URL
# What they ask for is no page of ours: a word with an administrator, or nothing at all.
WITHOUT_ADDRESS = {"access/account_disabled", "security/receipt", "signin/code", "standing/told"}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"
VALUES: dict[str, Any] = {
    "link": f"{BASE}/accounts/do/k3yk3yk3yk3y/?a=1&b=2",
    "sign_in": f"{BASE}/accounts/login/",
    "sign_up": f"{BASE}/accounts/signup/",
    "reset": f"{BASE}/accounts/password/reset/",
    "name": "Ada O'Neill",
    "members": f"{BASE}/admincenter/organizations/acme/members/",
    "minutes": 30,
    "address": "192.0.2.7",
    "browser": FIREFOX,
    "when": "2026-11-21T10:30:00+00:00",
    "received": "2026-11-21T10:30:00+00:00",
    "new_address": "a•••@example.com",
    "organization": "Acme",
    "inviter": "Grace Hopper",
    "days": 7,
    "one": True,
    "policy": "Acme",
    "passkey": False,
    "factor": "Work telephone",
    "sentence": "The certificate ends on 1 January 2027.",
    "site": "Headquarters",
    "count": 2,
    "hubs": [{"name": "Room 1", "since": "2026-11-21T10:30:00+00:00"}],
    "more": 1,
    "application": "Calendar",
    "code": "123456",
    "provider": "Google",
    "account": "ada@example.com",
    "limit": "sms:budget",
    "place": "",
    "endpoint": "id.example.com:443",
    "ended": False,
    "person": "Ada O'Neill",
    "key": "ACME-7",
    "programme": "Acme's vulnerabilities",
    "by": "Grace Hopper",
    "who": "Ada O'Neill",
    "own": False,
    "appointed": True,
    "before": "Open",
    "after": "In progress",
    "step": "due-soon",
    "due": "30 November 2026",
    "kind": "test-soon",
    "day": "30 November 2026",
    "what": "Acme",
    "reason": "A laptop was stolen.",
    "role": "Reporter",
}


@pytest.fixture(autouse=True)
def _nothing_is_added(settings: Any) -> None:
    settings.MESSAGE_COMPLETIONS = {}


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words += data


def message(template: str, language: str = "en", **context: Any) -> Message:
    row = Message(
        template=template,
        channel=Channel.EMAIL,
        recipient="ada@example.com",
        language=language,
        message_id="<1@mago.example>",
    )
    sealed = crypto.seal(json.dumps(context), purpose="messaging.message.context")
    row.sealed_context = sealed  # type: ignore[attr-defined]
    return row


def named_in(template: str) -> list[str]:
    """The names in the comment `Context: …` at the head of the mail's text."""
    found = re.search(r"{# Context: (.*?) #}", (ROOT / f"{template}.txt").read_text())
    assert found, f"{template}.txt does not say what its context is"
    return found[1].split(", ")


def test_the_mails_of_the_first_journey_are_there() -> None:
    assert {"signin/confirm_email", "signin/reset_password", "signin/no_account"} <= set(MAILS)


def test_each_kind_of_message_has_a_title() -> None:
    sms = Path(configured.BASE_DIR, "templates/sms")
    sent = {*MAILS, *(str(path.relative_to(sms).with_suffix("")) for path in sms.rglob("*.txt"))}
    assert set(TITLES) == sent
    with translation.override("it"):
        assert title_of("hubs/offline") == "Hub non raggiungibili"
        assert title_of("hubs/of_another_version") == "hubs/of_another_version"


def test_no_part_stands_alone() -> None:
    parts = {str(path.relative_to(ROOT)) for path in ROOT.glob("*/*")}
    assert parts == {f"{m}.{kind}" for m in MAILS for kind in ("subject.txt", "txt", "html")}


@pytest.mark.turns
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", MAILS)
def test_it_has_subject_text_and_html(
    template: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "MISSING")
    context = {name: VALUES[name] for name in named_in(template)}
    letter = render(message(template, language, **context))
    page = Page(letter.html)
    assert 5 < len(letter.subject) < 80
    assert "\n" not in letter.subject
    for text in (letter.subject, letter.text, page.words):
        assert not re.search(r"MISSING|{[{%#]|&amp;|&#", text)
    for value in context.values():
        if str(value).startswith("http"):
            assert f"\n\n{value}\n" in letter.text, "a link stands alone on its line"
            assert value in page.links
    assert f'lang="{language}"' in letter.html
    assert "\n\n\n" not in letter.text
    assert page.tags.isdisjoint({"script", "img", "form", "link", "iframe"})


@pytest.mark.parametrize("template", MAILS)
def test_it_is_whole_without_a_name(template: str) -> None:
    context = {name: VALUES[name] for name in named_in(template)} | {"name": ""}
    assert render(message(template, **context)).text.startswith("Hello,\n")


def test_what_a_person_calls_themselves_is_no_markup() -> None:
    letter = render(message("signin/confirm_email", name="<b>Ada</b> & co", link=VALUES["link"]))
    assert "<b>Ada" not in letter.html
    letter = render(message("signin/confirm_email", name="Ada & <co", link=VALUES["link"]))
    assert "Hello Ada & <co," in letter.text
    assert "Hello Ada &amp; &lt;co," in letter.html


@pytest.mark.parametrize(
    "name",
    [
        "see evil.example/x",
        "https://evil.example",
        "www.evil.example",
        "a@evil.example",
        "x" * 61,
        "Ada\n\nPay now",
    ],
)
def test_no_stranger_can_write_a_message_into_our_mail(name: str) -> None:
    context = {key: VALUES[key] for key in named_in("signin/reset_password")}
    letter = render(message("signin/reset_password", **{**context, "name": name, "browser": name}))
    assert name not in letter.text + letter.html
    assert "unknown program" in letter.text


def test_browser_and_moment_are_said_in_words() -> None:
    context = {key: VALUES[key] for key in named_in("signin/password_changed")}
    letter = render(message("signin/password_changed", **context))
    assert "Firefox on Linux" in letter.text
    assert "21 November 2026, 10:30 (UTC)" in letter.text


def test_the_language_of_the_worker_does_not_matter() -> None:
    link = VALUES["link"]
    with translation.override("it"):
        italian = render(message("signin/confirm_email", "en", link=link, name=""))
        assert translation.get_language() == "it"
    assert italian == render(message("signin/confirm_email", "en", link=link, name=""))


@pytest.mark.parametrize("template", sorted({*MAILS} - WITHOUT_ADDRESS))
def test_it_says_where_to_do_what_it_asks_for(template: str) -> None:
    context = {name: VALUES[name] for name in named_in(template)}
    assert addresses(render(message(template, **context)))


@pytest.mark.parametrize("kind", ["lifted", "organization_lifted", "restored"])
def test_who_can_sign_in_again_is_told_where(kind: str) -> None:
    context = {name: VALUES[name] for name in named_in("standing/told")} | {"kind": kind}
    assert addresses(render(message("standing/told", **context))) == [f"{BASE}/accounts/login/"]


def addresses(letter: Letter) -> list[str]:
    """The addresses of ours in the text without its foot; each is a page, alone on its line, and in the HTML."""
    found = re.findall(f"{re.escape(BASE)}\\S*", letter.text.partition("\n--\n")[0])
    for address in found:
        assert f"\n\n{address}\n" in letter.text, "a link stands alone on its line"
        assert address in Page(letter.html).links
        path = urlsplit(address).path
        assert path.startswith("/accounts/do/") or resolve(path or "/")
    return found
