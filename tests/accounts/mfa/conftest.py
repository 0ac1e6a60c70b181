"""What people hold in their hands: apps that count, passkeys that sign, and links between them and an account."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django_otp.oath import totp

from accounts.mfa import codes, services
from accounts.mfa.flows import Flow, Purpose
from accounts.mfa.models import Challenge, EmailDevice, Kind, Passkey, SmsDevice, TotpDevice
from accounts.organizations.services import set_policy
from tests.conftest import PASSWORD, Browser
from tests.races import real_database

from .authenticator import Authenticator

__all__ = ["real_database"]

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(device: TotpDevice, *, steps: int = 0) -> str:
    """What the app shows now, or some steps from now."""
    return f"{totp(base64.b32decode(device.key), t0=int(-30 * steps)):06d}"


@pytest.fixture
def totp_of() -> Callable[..., TotpDevice]:
    def enrol(user: Any, name: str = "Telephone") -> TotpDevice:
        return TotpDevice.objects.create(user=user, name=name, key=SECRET, confirmed=True)

    return enrol


@pytest.fixture
def email_of() -> Callable[..., EmailDevice]:
    def enrol(user: Any) -> EmailDevice:
        return EmailDevice.objects.create(
            user=user, name="Mail", address=user.email, confirmed=True
        )

    return enrol


@pytest.fixture
def sms_of() -> Callable[..., SmsDevice]:
    def enrol(user: Any, number: str = "+393471234567") -> SmsDevice:
        return SmsDevice.objects.create(user=user, name="Mobile", number=number, confirmed=True)

    return enrol


@pytest.fixture
def passkey_of() -> Callable[..., tuple[Passkey, Authenticator]]:
    """Somebody's passkey and the authenticator that holds it."""

    def enrol(user: Any, **how: Any) -> tuple[Passkey, Authenticator]:
        authenticator = Authenticator(**how)
        flow = Flow(f"enrol {authenticator.id.hex()}"[:64], Purpose.ENROL, user)
        made = services.enrol_factor(user=user, kind=Kind.PASSKEY, name="", flow=flow)
        answer = authenticator.create(made.shown["options"])
        passkey = services.confirm_factor(
            user=user, kind=Kind.PASSKEY, flow=flow, factor=None, answer=answer, name="Key"
        )
        assert isinstance(passkey, Passkey)
        return passkey, authenticator

    return enrol


@pytest.fixture
def demand(dora: Any) -> Callable[..., None]:
    """A policy that concerns everybody."""

    def ask(strength: int | None = None, **more: Any) -> None:
        set_policy(organization=None, actor=dora, strength=strength, **more)

    return ask


def signing_in(user: Any, name: str = "one", browser: str = "") -> Flow:
    return Flow(f"sign-in {name}", Purpose.SIGN_IN, user, browser)


def sent_code() -> str:
    """The code of the newest challenge, as its recipient reads it."""
    challenge = Challenge.objects.latest("created_at", "pk")
    return str(codes.words({"challenge": challenge.pk})["code"])


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def second_step(browser: Browser, user: Any, **more: Any) -> str:
    """The path of the question after the password."""
    return str(browser.get(sign_in(browser, user, **more)["Location"])["Location"])


def sign_in(browser: Browser, user: Any, **more: Any) -> Any:
    """The first step, by password."""
    return browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD, **more})


def is_in(browser: Browser) -> bool:
    return bool(browser.get("/accounts/").status_code == 200)
