"""Secrets that people and programs really use are nowhere in the trail; and what they do is, once."""

import json
from collections import Counter
from typing import Any

import pytest
from django.core import serializers

from mago.audit.exporting import Format, export
from mago.audit.models import AuditEvent
from mago.audit.services import Tag, seal
from tests.conftest import PASSWORD, App, Browser

WRONG = "canary one two three four"


def trail() -> str:
    seal()
    rows = serializers.serialize("json", AuditEvent.objects.all(), ensure_ascii=False)
    files = [line for format in Format for line in export(format, actor=None)]
    return "\n".join([rows, *files])


@pytest.fixture
def secrets(bob: Any, browser: Browser, app: App, link_in: Any) -> list[str]:
    """What passed through our hands while bob came in, by web and by app, and lost his password."""
    browser.post("/accounts/login/", {"login": bob.email, "password": WRONG})
    browser.post("/accounts/login/", {"login": bob.email, "password": PASSWORD})
    held = [WRONG, PASSWORD, *(cookie.value for cookie in browser.cookies.values())]
    browser.post("/accounts/logout/")
    pair = app.sign_in(bob)
    pair |= {"old": pair["refresh_token"]} | app.post(
        "auth/refresh", {"refresh_token": pair["refresh_token"]}
    ).json()
    held += [pair[name] for name in ("access_token", "refresh_token", "old")]
    browser.post("/accounts/password/reset/", {"email": bob.email})
    link = link_in("reset_password", bob.email)
    held += [part for part in link.split("/") if len(part) > 20]
    return [secret for secret in held if secret]


def test_no_secret_is_in_the_trail_or_its_exports(secrets: list[str]) -> None:
    text = trail()
    assert len(secrets) >= 8
    for secret in secrets:
        assert secret not in text
        assert json.dumps(secret)[1:-1] not in text


def test_what_happened_is_told_once(secrets: list[str]) -> None:
    told = Counter(AuditEvent.objects.values_list("tag", flat=True))
    assert told == {
        Tag.SIGN_IN_FAILED: 1,
        Tag.SIGN_IN_SUCCEEDED: 2,
        Tag.SIGN_OUT: 1,
        Tag.TOKEN_ISSUED: 1,
        Tag.TOKEN_REFRESHED: 1,
        Tag.PASSWORD_RESET_REQUESTED: 1,
    }
