"""What happens to every request, before and after anything else."""

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.models import User
from mago.core.context import caller
from mago.core.middleware import RequestContextMiddleware
from mago.pages import PROGRAM_PATHS
from tests.conftest import App, Browser
from tests.routes import routes
from tests.turns import a_share

pytestmark = pytest.mark.one_database

PAGES = [
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/nowhere/",
    "/setup/x/",
    "/accounts/confirm-email/x/",
]


def pass_through(**meta: Any) -> tuple[Any, Any]:
    """(the caller as the view saw it, the request)"""
    seen: list[Any] = []

    def view(request: Any) -> HttpResponse:
        seen.extend([caller(), request])
        return HttpResponse()

    RequestContextMiddleware(view)(RequestFactory().get("/", **meta))
    return seen[0], seen[1]


def test_each_request_has_an_id_of_its_own(browser: Browser) -> None:
    first, second = (browser.get("/health/live")["X-Request-ID"] for _ in range(2))
    assert first != second
    assert len(first) == 32


def test_nobody_names_the_request_for_us(browser: Browser) -> None:
    answer = browser.get("/health/live", headers={"X-Request-ID": "mine"})
    assert answer["X-Request-ID"] != "mine"


def test_the_caller_is_known_in_the_request_and_forgotten_after_it() -> None:
    who, _request = pass_through(REMOTE_ADDR="192.0.2.7", HTTP_USER_AGENT="Firefox")
    assert (who.address, who.user_agent) == ("192.0.2.7", "Firefox")
    assert caller().address == ""


def test_a_user_agent_is_one_short_line() -> None:
    who, _request = pass_through(HTTP_USER_AGENT="a\r\nb\x1b[2J\x00" + "x" * 1000)
    assert who.user_agent.isprintable()
    assert len(who.user_agent) <= 300


@pytest.mark.parametrize("name", ["FOR", "PROTO", "HOST", "PORT"])
def test_forwarded_headers_that_no_proxy_of_ours_wrote_are_gone(settings: Any, name: str) -> None:
    settings.TRUSTED_PROXIES = 0
    _who, request = pass_through(**{f"HTTP_X_FORWARDED_{name}": "x"})
    assert f"HTTP_X_FORWARDED_{name}" not in request.META


def test_a_client_cannot_claim_https(browser: Browser) -> None:
    answer = browser.get("/", headers={"X-Forwarded-Proto": "https"})
    assert answer.wsgi_request.is_secure() is False


@pytest.mark.exhaustive
@pytest.mark.slow
def test_nothing_is_kept_by_a_cache_and_no_page_runs_what_stands_in_it(dora: User) -> None:
    kept, unsafe, browser = set(), [], Browser().as_person(dora)
    looked_at = a_share(sorted({route.path for route in routes()}))
    for path in looked_at:
        answer = browser.get(path)
        if "no-store" not in answer["Cache-Control"]:
            kept.add(path)
        if not path.startswith((*PROGRAM_PATHS, "/dev/")):
            policy, page = answer["Content-Security-Policy"], answer.content.decode()
            missing = {"default-src 'none'", "frame-ancestors 'none'"} - set(policy.split("; "))
            inline = re.findall(r"<style| style=|<script>| onclick=", page)
            if missing or inline or "unsafe" in policy:
                unsafe.append((path, policy, inline))
    # What relying parties read again and again, and holds nobody's secret.
    of_relying_parties = {
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
        "/oauth/jwks",
    }
    assert kept == of_relying_parties.intersection(looked_at)
    assert unsafe == []


@pytest.mark.parametrize("path", PAGES)
def test_browsers_are_told_to_be_strict(path: str, browser: Browser) -> None:
    answer = browser.get(path)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


def test_programs_get_no_cookie(app: App, alice: User) -> None:
    app.sign_in(alice)
    for path in ("me", "nowhere", "schema/"):
        assert not app.get(path).cookies


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/password/reset/"])
@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "host=evil.example"},
        {"Host": "localhost:666"},
    ],
)
def test_no_header_steers_the_link_in_a_mail(
    path: str, headers: dict[str, str], alice: User, mails: Callable[..., list[Any]], settings: Any
) -> None:
    browser = Browser()
    email = alice.email if "reset" in path else "new@example.com"
    browser.post(
        path, {"email": email, "password1": "nine otters paint the quiet harbour"}, headers=headers
    )
    (mail,) = mails()
    assert mail.variables()["link"].startswith(f"{settings.MAGO_BASE_URL}/accounts/")


def test_a_host_that_is_not_ours_gets_nothing(
    browser: Browser, mails: Callable[..., list[Any]]
) -> None:
    answer = browser.post(
        "/accounts/password/reset/", {"email": "a@example.com"}, headers={"Host": "evil.example"}
    )
    assert answer.status_code == 400
    assert not mails()


def test_a_path_cannot_forge_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    browser = Browser(raise_request_exception=False)
    # Said of a page that there is not, where somebody wants to read it.
    with caplog.at_level(logging.WARNING, logger="django.request"):
        browser.get("/nowhere%0d%0aERROR%20forged/")
        browser.get("/", headers={"Host": "a\r\nERROR forged"})
    from mago.core.logs import JsonFormatter, PlainFormatter

    for entry in caplog.records:
        entry.exc_info = None
    for formatter in (JsonFormatter(), PlainFormatter()):
        lines = [formatter.format(entry) for entry in caplog.records]
        assert ["ERROR forged" in line for line in lines] == [True, True]
        assert not [line for line in lines if "\n" in line or "\r" in line]
