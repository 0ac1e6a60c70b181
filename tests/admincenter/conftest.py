"""What the admin center's tests hold in their hands."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from tests.conftest import Browser


@pytest.fixture
def admin(browser: Browser, dora: Any) -> Browser:
    """The browser in which dora is signed in."""
    return browser.as_person(dora)


@pytest.fixture
def crowd(db: None) -> Callable[..., list[Any]]:
    """Makes many people at once, in the order in which they joined."""
    from accounts.models import User

    def make(count: int, **fields: Any) -> list[Any]:
        now = timezone.now()
        people = [
            User(email=f"crowd{n:03}@example.com", name=f"Crowd {n:03}", email_confirmed_at=now)
            for n in range(count)
        ]
        for person in people:
            person.__dict__.update(fields)
        return User.objects.bulk_create(people)

    return make


@pytest.fixture
def message(db: None) -> Callable[..., Any]:
    """Makes a message in the outbox; dead unless told otherwise."""
    from mago.messaging.models import Message, Status
    from mago.messaging.services import send_mail

    def make(status: str = Status.DEAD, **fields: Any) -> Any:
        sent = send_mail(
            "signin/no_account", to="charlie@example.com", context={"sign_up": "secret-in-the-body"}
        )
        Message.objects.filter(pk=sent.pk).update(
            status=status, attempts=8, last_error="refused", **fields
        )
        return Message.objects.get(pk=sent.pk)

    return make


def has_frame(response: Any) -> bool:
    return b"<html" in response.content
