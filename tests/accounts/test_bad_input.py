"""Whatever is sent, wherever: a clear 4xx, never a 500, and nothing is written.

In each run what is sent takes turns (tests/turns.py); `bin/test --exhaustive` sends everything everywhere.
"""

import json
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import User
from accounts.signin.setup import setup_link
from mago.core.models import LimitState
from tests.conftest import PASSWORD, App, Browser
from tests.routes import routes
from tests.turns import a_share, by_turns

MIB = 1024 * 1024
FORM = "application/x-www-form-urlencoded"
FIELDS = [
    "email",
    "login",
    "name",
    "password",
    "password1",
    "oldpassword",
    "language",
    "remember",
    "next",
    "theme",
    "reason",
]


def all_fields(value: str | bytes) -> bytes:
    return urlencode(dict.fromkeys(FIELDS, value)).encode()


BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", FORM),
    "empty fields": (all_fields(""), FORM),
    "blanks": (all_fields("  "), FORM),
    "a mebibyte": (b"email=" + b"x" * MIB + b"&password1=" + b"x" * MIB, FORM),
    "more than is taken": (b"email=" + b"x" * 3 * MIB, FORM),
    "controls": (all_fields("a\r\nBcc: x\x1b[2J\x07@example.com"), FORM),
    "NUL": (all_fields("alice\x00@example.com"), FORM),
    "no UTF-8": (all_fields(b"\xff\xfe@example.com"), FORM),
    "half a character": (all_fields(b"\xed\xa0\x80@example.com"), FORM),
    "broken escapes": (b"email=%&password=%zz&=&&==&login", FORM),
    "each field twice": (all_fields("a") + b"&" + all_fields("b"), FORM),
    "ten thousand fields": (urlencode({f"f{n}": "x" for n in range(10_000)}).encode(), FORM),
    "JSON": (b'{"email": "a@example.com"}', "application/json"),
    "a form in another charset": (all_fields("x"), f"{FORM}; charset=utf-16"),
    "parts without a boundary": (b"x", "multipart/form-data"),
    "broken parts": (
        b"--x\r\nContent-Disposition: form-data; name=",
        "multipart/form-data; boundary=x",
    ),
    "a file for a text": (
        b'--x\r\nContent-Disposition: form-data; name="email"; filename="a"\r\n\r\na\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
    "a type that is none": (b"\x00\x01", "\x7f/;;;"),
}

# What a page makes of its fields, one of each kind; the others above are refused before any page sees them, or by
# the same code for all, which the pages of nobody in particular are enough to try.
OF_FIELDS = ("nothing", "a mebibyte", "NUL", "no UTF-8", "each field twice", "a file for a text")

# What may grow without harm: what was tried is told and counted; a session is closed or renewed; the button that
# has the trail verified sends no fields; a passkey's challenge is asked for by nothing at all.
GROWING = {
    "audit.auditevent",
    "audit.auditjob",
    "audit.auditname",
    "core.limitstate",
    "mfa.challenge",
    "sessions.session",
}

# Buttons, which do what they say whatever is sent: for a copy of one's own data, and for one's account's end.
BUTTONS = {"/accounts/privacy/copy/", "/accounts/privacy/delete/"}


def counts() -> dict[str, int]:
    """Rows of each table that only a success may touch."""
    with connection.cursor() as cursor:
        cursor.execute(_count_rows())
        return dict(cursor.fetchall())


@cache
def _count_rows() -> str:
    tables = [
        m for m in apps.get_models() if m._meta.label_lower not in GROWING and m._meta.managed
    ]
    return " UNION ALL ".join(
        f"SELECT '{m._meta.label}', COUNT(*) FROM {m._meta.db_table}" for m in tables
    )


def people() -> list[dict[str, Any]]:
    """All about people but when they were signed in and out, which the test and one button do."""
    moments = ("last_login", "signed_out_at")
    return [
        {k: v for k, v in row.items() if k not in moments}
        for row in User.objects.order_by("pk").values()
    ]


def is_sane(response: Any) -> bool:
    """A real server could send it: one line a header, in Latin-1."""
    lines = [
        *response.headers.values(),
        *(morsel.OutputString() for morsel in response.cookies.values()),
    ]
    return all(line.encode("latin-1").decode("latin-1").isprintable() for line in lines)


def paths(*, api: bool) -> list[str]:
    return sorted({r.path for r in routes() if r.path.startswith("/api/") == api})


def pages_by_who_may_open_them() -> dict[str, list[str]]:
    pages = defaultdict(list)
    for path in paths(api=False):
        signed_in = getattr(_view(path), "access", "") == "signed in"
        pages[
            "dora" if path.startswith("/admincenter/") else "alice" if signed_in else "nobody"
        ].append(path)
    return pages


def bodies_for(who: str, pages: set[str]) -> dict[str, list[str]]:
    """Each page → what it is sent: NUL, and another body in turn; what nobody in particular sees, one of all kinds besides."""
    sent = defaultdict(list)
    names = list(BODIES if who == "nobody" else OF_FIELDS)
    kinds = {name: name for name in OF_FIELDS if who == "nobody" or name == "NUL"}
    for page, name in by_turns(sorted(pages), names, lambda _page, name: kinds.get(name, "")):
        sent[page].append(name)
    return sent


@pytest.mark.every_database
@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.parametrize("who", ["nobody", "alice", "dora"])
def test_no_page_breaks_and_nothing_is_written(who: str, alice: User, dora: User) -> None:
    setup_link()
    before, wrong = (counts(), people()), []
    pages = set(a_share(pages_by_who_may_open_them()[who])) - BUTTONS
    browser = Browser(raise_request_exception=False)
    if who == "dora":
        browser.as_person(dora)
    for path, names in bodies_for(who, pages).items():
        if who == "alice":  # One of the pages signs out.
            browser.as_person(alice)
        for name in names:
            LimitState.objects.all().delete()
            body, kind = BODIES[name]
            answer = browser.generic("POST", path, body, content_type=kind)
            if answer.status_code >= 500 or not is_sane(answer):
                wrong.append((path, name, answer.status_code))
            if answer.status_code in (403, 404, 405):
                break  # nothing of what is sent is read
        assert (counts(), people()) == before, path
    assert wrong == []


def _view(path: str) -> Callable[..., Any]:
    return next(r.view for r in routes() if r.path == path)


PAGES_WITH_FORMS = {
    "/accounts/signup/": {"email", "password1"},
    "/accounts/login/": {"login", "password"},
    "/accounts/password/reset/": {"email"},
    "/accounts/password/change/": {"oldpassword", "password1"},
    "/accounts/email/": {"email", "password"},
    "/accounts/": {"language"},
}


def sent_to_each_form(alice: User, *bodies: str) -> dict[tuple[str, str], Any]:
    """(path, body) → the answer."""
    answers = {}
    for path in PAGES_WITH_FORMS:
        for name in bodies:
            LimitState.objects.all().delete()
            browser, (body, kind) = Browser(), BODIES[name]
            if path not in ("/accounts/signup/", "/accounts/login/", "/accounts/password/reset/"):
                browser.as_person(alice)
            answers[path, name] = browser.generic("POST", path, body, content_type=kind)
    assert {key: answer.status_code for key, answer in answers.items()} == dict.fromkeys(
        answers, 400
    )
    return answers


@pytest.mark.slow
def test_what_is_missing_is_named_beside_its_field(alice: User) -> None:
    answers = sent_to_each_form(alice, "nothing", "empty fields", "a file for a text", "JSON")
    named = {key: set(answer.context["form"].errors) for key, answer in answers.items()}
    assert named == {key: PAGES_WITH_FORMS[key[0]] for key in answers}
    assert [
        key for key, answer in answers.items() if 'aria-invalid="true"' not in answer.text
    ] == []


@pytest.mark.every_database
@pytest.mark.slow
def test_what_cannot_be_text_is_named_beside_its_field(alice: User) -> None:
    bodies = ("a mebibyte", "controls", "NUL", "no UTF-8", "half a character")
    for (path, body), answer in sent_to_each_form(alice, *bodies).items():
        form = answer.context["form"]
        assert form.errors.keys() & (PAGES_WITH_FORMS[path] | {"name"}), (path, body)
        assert not form.non_field_errors(), (path, body)


@pytest.mark.parametrize("body", ["more than is taken", "ten thousand fields"])
def test_what_is_too_much_is_told_as_such(browser: Browser, body: str) -> None:
    data, kind = BODIES[body]
    assert browser.generic("POST", "/accounts/login/", data, content_type=kind).status_code == 413


@pytest.mark.one_database
@pytest.mark.exhaustive
@pytest.mark.slow
def test_methods_that_are_none_change_nothing(alice: User, without_templates: None) -> None:
    browser = Browser(raise_request_exception=False).as_person(alice)
    before, wrong = (counts(), people()), []
    tried = list(
        by_turns(a_share(paths(api=True)), ["DELETE", "PATCH", "OPTIONS", "BREW"], lambda *_: False)
    )
    # Pages know GET and POST, and all other methods are one to them.
    tried += [(path, "BREW") for path in a_share(paths(api=False))]
    for path, method in tried:
        answer = browser.generic(method, path, b"x=1", content_type=FORM)
        taken = answer.status_code == 200 and method != "OPTIONS"
        if not 200 <= answer.status_code < 500 or taken:
            wrong.append((method, path, answer.status_code))
    assert (counts(), people()) == before
    assert wrong == []


@pytest.mark.one_database
@pytest.mark.slow
@pytest.mark.parametrize("who", ["nobody", "alice", "dora"])
def test_looking_writes_nothing(who: str, alice: User, dora: User) -> None:
    browser, wrong = Browser(raise_request_exception=False), []
    if who != "nobody":
        browser.as_person({"alice": alice, "dora": dora}[who])
    before = (counts(), people())
    for path in a_share(pages_by_who_may_open_them()[who]):
        answer = browser.get(path)
        if answer.status_code >= 500 or not is_sane(answer):
            wrong.append((path, answer.status_code))
    assert (counts(), people()) == before
    assert wrong == []
    # To the end, so that each page was looked at by that person.
    assert (browser.get("/accounts/").status_code == 200) == (who != "nobody")


HEADERS = {
    "Cookie": ["", ";", "=", "session", "session=; session=a; session=b", "csrf=\x00; browser=....; theme=<x>; language=../..", "browser=" + "a." * 4000, "\xff\xfe=\xff", "language=xx; theme=dark\x01"],
    "Authorization": ["", "Bearer", "Bearer \x00", "Basic \xff", "x" * 70_000],
    "X-Forwarded-For": ["a", "1.2.3.4, 5.6.7.8", "::ffff:1.2.3.4", "fe80::1%eth0", "," * 5000, "\x00"],
    "X-Forwarded-Proto": ["https", "gopher", ""],
    "X-Forwarded-Host": ["evil.example", "\x00"],
    "X-Forwarded-Port": ["0", "x"],
    "User-Agent": ["", "\x00\x1b[2J\r\nevil: 1", "x" * 100_000, "\xff\xfe", "{{7*7}}<script>"],
    "Accept-Language": ["", "*", "xx-" * 3000, "it;q=x", "../../etc/passwd", "\x00", "it,en;q=0.5," * 500],
    "Accept": ["", "text/html;q=x", "application/xml", "\x00"],
    "Content-Length": ["", "x", "-1", "99999999999999999999"],
    "Content-Type": ["text/plain; charset=utf-16", "charset", ";;;"],
    "HX-Request": ["true", "\x00"],
    "Referer": ["http://[", "\x00"],
    "Origin": ["null", "http://["],
    "Host": ["evil.example", "[", "a b", "testserver:99999", "testserver:x", "\x00", ""],
    "Range": ["bytes=0-", "x"],
    "If-None-Match": ["*", "\x00"],
    "If-Modified-Since": ["x", "Thu, 01 Jan 9999999 00:00:00 GMT"],
    "X-Request-ID": ["\r\nSet-Cookie: x=1", "x" * 5000],
    "Transfer-Encoding": ["chunked", "x"],
}  # fmt: skip


# A page for all, a page for some, one with a secret, none, and what only programs see.
EVERY_KIND = [
    ("GET", "/accounts/login/"),
    ("POST", "/accounts/login/"),
    ("GET", "/accounts/"),
    ("GET", "/setup/x/"),
    ("GET", "/nowhere/"),
    ("GET", "/health/live"),
    ("GET", "/api/v1/me"),
    ("POST", "/api/v1/auth/login"),
]


@pytest.mark.exhaustive
@pytest.mark.slow
def test_no_header_breaks_a_page_or_the_api(alice: User) -> None:
    browser, wrong = Browser(raise_request_exception=False), []
    sent = a_share((name, value) for name, values in HEADERS.items() for value in values)
    # Each to a page that is read, to one that is written to, and to the API.
    for (name, value), (method, path) in by_turns(
        sent, EVERY_KIND, lambda _header, kind: kind[1].startswith("/api/") or kind[0]
    ):
        meta = {"Content-Length": "CONTENT_LENGTH", "Content-Type": "CONTENT_TYPE"}.get(
            name, f"HTTP_{name.upper().replace('-', '_')}"
        )
        answer = browser.generic(
            method, path, b"{}", content_type="application/json", **{meta: value}
        )
        if answer.status_code >= 500 or not is_sane(answer):
            wrong.append((method, path, name, value[:80], answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("value", [v for v in HEADERS["User-Agent"] if v])
def test_no_user_agent_keeps_one_from_signing_in(value: str, alice: User) -> None:
    browser = Browser(HTTP_USER_AGENT=value)
    fields = {"login": alice.email, "password": PASSWORD}
    assert browser.post("/accounts/login/", fields).status_code == 302
    page = browser.get("/accounts/sessions/").content.decode()
    assert "<script>" not in page.replace("<script src", "")


def deep(opening: str) -> bytes:
    return opening.encode() * 100_000


JSON_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a string": b'"x"',
    "a number": b"1",
    "a boolean": b"true",
    "NaN": b"NaN",
    "NaN inside": b'{"email": NaN, "password": NaN, "key": NaN, "refresh_token": NaN, "name": NaN, "everywhere": NaN}',
    "a number of 5000 digits": b'{"email": ' + b"9" * 5000 + b"}",
    "deep lists": deep("["),
    "deep objects": deep('{"email":'),
    "deep inside": b'{"email": ' + b"[" * 500 + b"]" * 500 + b"}",
    "cut off": b'{"email": "a',
    "no UTF-8": b'{"email": "\xff\xfe", "password": "\xff"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "too much": b'{"email": "' + b"x" * 3 * MIB + b'"}',
    "a form": b"email=a@example.com&password=x",
}
VALUES: list[Any] = [None, 0, 12345678901234567890, 1.5, True, [], {}, ["a@example.com"], {"a": 1}, "", " ", "\x00", "a\x00b@example.com", "\ud800", "x" * 300_000]  # fmt: skip
NAMES = [
    *("email", "password", "name", "language", "key", "refresh_token", "everywhere"),
    *("transaction", "method", "factor", "code", "credential"),
]
# Of `passkey/options` nothing is asked, and so nothing can be wrong.
ENDPOINTS = [
    *(
        p
        for p in paths(api=True)
        if p.startswith("/api/v1/auth/") and not p.endswith("/passkey/options")
    ),
    "/api/v1/me",
]


@pytest.fixture
def token(app: App, alice: User) -> str:
    app.sign_in(alice)
    return app.token


def send(path: str, body: bytes, token: str, kind: str = "application/json") -> Any:
    LimitState.objects.all().delete()
    client = Browser(raise_request_exception=False)
    headers = {"Authorization": f"Bearer {token}"} if path.endswith(("/me", "/logout")) else {}
    return client.generic(
        "PATCH" if path.endswith("/me") else "POST", path, body, content_type=kind, headers=headers
    )


@pytest.mark.every_database
@pytest.mark.slow
def test_a_body_that_is_no_object_is_refused(alice: User) -> None:
    wrong = []
    for path in ENDPOINTS:
        LimitState.objects.all().delete()
        app = App()  # one of them signs out
        app.sign_in(alice)
        before = (counts(), people())
        for name, body in JSON_BODIES.items():
            if name == "nothing" and path.endswith(("/me", "/logout")):
                continue  # there nothing need be said
            answer = send(path, body, app.token)
            # Members that an endpoint does not know are passed over.
            passed_over = path.endswith(("/me", "/logout")) and name in (
                "deep inside",
                "a number of 5000 digits",
            )
            if not 400 <= answer.status_code < 500 and not (
                passed_over and answer.status_code < 300
            ):
                wrong.append((path, name, answer.status_code))
        assert (counts(), people()) == before, path
    assert wrong == []


@pytest.mark.every_database
@pytest.mark.slow
def test_values_of_the_wrong_kind_are_refused_beside_their_field(token: str) -> None:
    for path in (p for p in ENDPOINTS if not p.endswith("/logout")):
        before = (counts(), people())
        for value in VALUES:
            answer = send(path, json.dumps(dict.fromkeys(NAMES, value)).encode(), token)
            what = (path, str(value)[:80])
            assert answer.status_code in (200, 400, 413), what
            if answer.status_code == 413:  # so many of them at once
                continue
            if answer.status_code == 200:  # an empty name is a name
                assert what in (("/api/v1/me", ""), ("/api/v1/me", " "))
                before = (counts(), people())
                continue
            assert answer["Content-Type"] == "application/problem+json", what
            assert answer.json()["errors"].keys() <= set(NAMES), what
        assert (counts(), people()) == before, path


@pytest.mark.parametrize("value", [None, "x", 7, [], {}, "\x00"])
def test_a_sign_out_with_nonsense_signs_nobody_out(value: Any, app: App, alice: User) -> None:
    app.sign_in(alice)
    assert app.post("auth/logout", {"everywhere": value}).status_code == 400
    assert app.get("me").status_code == 200


def test_what_is_not_json_is_refused(token: str) -> None:
    answers = {
        (path, kind): send(path, b'{"email": "a@example.com"}', token, kind).status_code
        for path in ENDPOINTS
        for kind in ("text/plain", FORM, "multipart/form-data", "application/xml", "\x7f")
    }
    assert {what: code for what, code in answers.items() if code not in (400, 415)} == {}


def test_of_a_member_sent_twice_one_counts(app: App, alice: User) -> None:
    body = (
        b'{"email": "alice@example.com", "password": "wrong", "password": "%s"}' % PASSWORD.encode()
    )
    assert send("/api/v1/auth/login", body, "").status_code in (200, 400)


def test_ten_thousand_members_do_no_harm(app: App, alice: User) -> None:
    body = json.dumps({f"f{n}": n for n in range(10_000)}).encode()
    assert send("/api/v1/auth/login", body, "").status_code == 400


def test_the_tables_that_may_grow_exist() -> None:
    assert {m._meta.label_lower for m in apps.get_models()} >= GROWING
