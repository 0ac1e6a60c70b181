"""A gateway that notes what it is given, and does as it is told."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from mago.messaging import delivery
from mago.messaging.gateways.base import Gateway, Letter, Undelivered
from mago.messaging.models import Message
from mago.messaging.services import send_mail, send_sms

TEMPLATES = Path(__file__).parent / "templates"
LINK = "http://127.0.0.1:8000/accounts/confirm-email/k3yk3yk3yk3yk3yk3yk3yk3yk3y/"


class Notebook(Gateway):
    """Letters that went through it, and the failures that it is still to have."""

    name = "notebook"
    letters: list[Letter] = []
    failures: list[Exception] = []
    opened = 0

    def __init__(self) -> None:
        Notebook.opened += 1

    def send(self, letter: Letter) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.letters.append(letter)
        return ""


@pytest.fixture
def sent(settings: LazySettings) -> list[Letter]:
    """What went out; everything does, unless `failing` says otherwise."""
    path = f"{__name__}.Notebook"
    settings.MESSAGE_GATEWAYS = {"email": path, "sms": path}
    Notebook.letters, Notebook.failures, Notebook.opened = [], [], 0
    return Notebook.letters


@pytest.fixture
def failing(sent: list[Letter]) -> Callable[..., None]:
    def fail(*errors: Exception) -> None:
        Notebook.failures = list(errors)

    return fail


@pytest.fixture
def promise(db: None) -> Callable[..., Message]:
    """A mail in the outbox that nobody has delivered yet (tests run inside a transaction)."""

    def make(number: int = 1, **options: Any) -> Message:
        context = {"link": LINK, "name": "Ada"}
        return send_mail(
            "signin/confirm_email",
            to=f"ada{number}@example.com",
            **{"context": context, "language": "en", **options},
        )

    return make


@pytest.fixture
def mail(promise: Callable[..., Message]) -> Message:
    return promise()


@pytest.fixture
def sms(db: None, settings: LazySettings) -> Message:
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [TEMPLATES, *settings.TEMPLATES[0]["DIRS"]]}
    ]
    # The code is in the context here, and none is added when it is sent.
    settings.MESSAGE_COMPLETIONS = {}
    return send_sms("mfa/code", to="+390212345678", context={"code": "483920"}, language="en")


@pytest.fixture
def later() -> Iterator[Callable[[timedelta], None]]:
    """Moves the clock on, so that what was put off is due."""
    import time_machine

    with time_machine.travel(timezone.now(), tick=True) as traveller:
        yield traveller.shift


def reread(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def deliver_all() -> None:
    while delivery.deliver_batch():
        pass


__all__ = ["LINK", "Notebook", "Undelivered", "deliver_all", "reread"]
