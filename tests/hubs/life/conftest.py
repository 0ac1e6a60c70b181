"""A board of the test's own, and hubs that have a token without the sign-in's cost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from hubs.tokens import Claims, access_token
from tests.hubs.conftest import Enrolled
from tests.hubs.hub import Device


def signed_in(enrolled: Enrolled) -> Device:
    """The hub with an access token."""
    device = Device(enrolled)
    device.token = access_token(Claims(enrolled.hub.pk, enrolled.hub.token_epoch, 1, "scram"))
    return device


@pytest.fixture
def device(enrolled: Enrolled) -> Device:
    return signed_in(enrolled)


@pytest.fixture
def heard(enrolled: Enrolled) -> Callable[..., Any]:
    """Notes that the hub was heard some time ago."""
    from hubs.life.models import Presence

    def hear(ago: timedelta, hub: Any = None) -> Any:
        row = Presence(hub=hub or enrolled.hub, seen_at=timezone.now() - ago)
        Presence.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["hub"], update_fields=["seen_at"]
        )
        return row

    return hear
