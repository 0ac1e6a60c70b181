"""The programs of docs/native-apps.md, as they stand there, against a running server."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django_otp.oath import totp

from tests.conftest import PASSWORD
from tests.running import ROOT, Site, running

from .test_fleet import in_house
from .visitor import Page, Visitor

pytestmark = pytest.mark.journey
ALICE, BOB = "alice@example.com", "bob@example.com"
KEY = b"twenty bytes of key."
CLAIMED, SCHEME = "https://app.example/signed-in", "com.example.app:/signed-in"
# Bob has an authenticator app.
STAGE = f"""
import base64, json
from django.utils import timezone
from accounts.mfa.models import TotpDevice
from accounts.models import User
from accounts.provider.services import create_application
for address in ({ALICE!r}, {BOB!r}):
    user = User.objects.create_user(address, {PASSWORD!r}, email_confirmed_at=timezone.now())
TotpDevice.objects.create(
    user=user, name="Telephone", key=base64.b32encode({KEY!r}).decode(), confirmed=True)
desk, _ = create_application(
    name="Desk", type="public", redirect_uris=["http://127.0.0.1/signed-in"], actor=None)
pocket, _ = create_application(
    name="Pocket", type="public", redirect_uris=[{CLAIMED!r}, {SCHEME!r}], actor=None)
print(json.dumps([desk.client_id, pocket.client_id]))
"""


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
def mago(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(Path(tmp_path_factory.mktemp("mago"))) as site:
        yield site


@pytest.fixture(scope="module")
def apps(mago: Site) -> list[str]:
    """The client_id of the app on a desk, and of that on a phone."""
    ids: list[str] = json.loads(in_house(mago, STAGE))
    return ids


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
