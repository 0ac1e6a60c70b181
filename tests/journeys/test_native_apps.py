"""The programs of docs/native-apps.md, as they stand there, against a running server."""

import base64
import json
import re
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from django_otp.oath import totp

from accounts.mfa.models import TotpDevice
from accounts.models import User
from accounts.provider.services import create_application
from tests.conftest import PASSWORD
from tests.running import ROOT, Site

from .conftest import Inside
from .visitor import Page, Visitor

pytestmark = pytest.mark.journey
ALICE, BOB = "native-alice@example.com", "native-bob@example.com"
KEY = b"twenty bytes of key."
CLAIMED, SCHEME = "https://app.example/signed-in", "com.example.app:/signed-in"


def _programs() -> list[SimpleNamespace]:
    """The three, each as a module of its own."""
    text = (ROOT / "docs/native-apps.md").read_text()
    found = []
    for number, code in enumerate(re.findall(r"```python\n(.*?)```", text, re.DOTALL)):
        names: dict[str, Any] = {"__name__": f"native_app_{number}"}
        exec(compile(code, f"docs/native-apps.md, program {number}", "exec"), names)
        found.append(SimpleNamespace(**names))
    return found


DESK, PHONE, OURS = _programs()


@pytest.fixture(scope="module")
def mago(site: Site) -> Site:
    return site


@pytest.fixture(scope="module")
def apps(mago: Site, inside: Inside) -> list[str]:
    """The client_id of the app on a desk, and of that on a phone. Bob has an authenticator app."""
    desk = ["http://127.0.0.1/signed-in"]
    with inside(mago):
        now = timezone.now()
        _alice, bob = (
            User.objects.create_user(address, PASSWORD, email_confirmed_at=now)
            for address in (ALICE, BOB)
        )
        key = base64.b32encode(KEY).decode()
        TotpDevice.objects.create(user=bob, name="Telephone", key=key, confirmed=True)
        made = [
            create_application(name=name, type="public", redirect_uris=uris, actor=None)[0]
            for name, uris in (("Desk", desk), ("Pocket", [CLAIMED, SCHEME]))
        ]
    return [row.client_id for row in made]


@pytest.fixture
def alice(mago: Site, apps: list[str]) -> Visitor:
    visitor = Visitor(mago.base)
    visitor.submit("/accounts/login/", login=ALICE, password=PASSWORD)
    return visitor


def in_browser(visitor: Visitor, **button: str) -> Callable[[str], None]:
    """The system's browser, in which the person presses a button on the page of consent."""

    def open_browser(url: str) -> None:
        work = threading.Thread(target=visitor.press, args=(url, "/oauth/consent"), kwargs=button)
        work.start()

    return open_browser


def test_an_app_on_a_desk(mago: Site, alice: Visitor, apps: list[str]) -> None:
    client_id = apps[0]
    tokens, claims = DESK.sign_in(mago.base, client_id, in_browser(alice, allow="1"))
    assert (claims["iss"], claims["aud"]) == (mago.base, client_id)
    assert PHONE.me(mago.base, tokens["access_token"])["email"] == ALICE
    newer = DESK.refresh(mago.base, client_id, tokens["refresh_token"])
    assert newer["refresh_token"] != tokens["refresh_token"]
    DESK.sign_out(mago.base, client_id, newer["refresh_token"])
    with pytest.raises(Exception, match="invalid_grant"):
        DESK.refresh(mago.base, client_id, newer["refresh_token"])
    with pytest.raises(PermissionError, match="access_denied"):
        DESK.sign_in(mago.base, client_id, in_browser(alice, deny="1"))


def _arrived(visitor: Visitor, url: str) -> Page:
    return visitor.press(url, "/oauth/consent", allow="1")


def test_an_app_on_a_phone(mago: Site, alice: Visitor, apps: list[str]) -> None:
    client_id = apps[1]
    url, kept = PHONE.begin(mago.base, client_id, SCHEME)
    arrived = _arrived(alice, url).url
    assert arrived.startswith(f"{SCHEME}?code=")
    with pytest.raises(ValueError, match="another question"):
        PHONE.finish(PHONE.begin(mago.base, client_id, SCHEME)[1], arrived)
    tokens = PHONE.finish(json.loads(json.dumps(kept)), arrived)
    assert PHONE.me(mago.base, tokens["access_token"])["email"] == ALICE
    with pytest.raises(Exception, match="400"):
        PHONE.finish(kept, arrived)
    with pytest.raises(Exception, match="401"):
        PHONE.me(mago.base, tokens["access_token"])


def test_an_app_of_our_own(mago: Site, apps: list[str]) -> None:
    asked: list[Any] = []

    def answer_for(methods: list[str], factors: list[Any]) -> Any:
        asked.append((methods, [factor["name"] for factor in factors]))
        right = f"{totp(KEY):06d}"
        # The first time the person mistypes it.
        return "totp", lambda question: right if len(asked) > 1 else "000000"

    app = OURS.App(mago.base, answer_for)
    app.sign_in(ALICE, PASSWORD)
    assert (app.get("me")["email"], asked) == (ALICE, [])
    app.sign_out()
    with pytest.raises(OURS.Refused) as refused:
        app.sign_in(BOB, "not his password at all")
    assert refused.value.code == "invalid_credentials"
    app.sign_in(BOB, PASSWORD)
    assert asked == [(["totp"], ["Telephone"])] * 2
    app.tokens["access_token"] = "mago_at_that-has-run-out"
    assert app.get("me")["email"] == BOB
    former = dict(app.tokens)
    app.sign_out(everywhere=True)
    app.tokens = former
    with pytest.raises(OURS.Refused):
        app.get("me")
