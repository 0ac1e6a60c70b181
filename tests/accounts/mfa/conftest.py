"""What people hold in their hands: apps that count, passkeys that sign, and links between them and an account."""

import base64
import time
from collections.abc import Callable
from typing import Any

import pytest
from django_otp.oath import totp

from accounts.mfa.models import EmailDevice, SmsDevice, TotpDevice
from tests.conftest import PASSWORD, Browser

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


def sign_in(browser: Browser, user: Any, **more: Any) -> Any:
    """The first step, by password."""
    return browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD, **more})


def now_step() -> int:
    return int(time.time() // 30)
