"""Acme's hall with a blue room, in which hubs stand."""

from typing import Any

import pytest

from tests.admincenter.organizations.conftest import acme, hall, other, owner, reporter
from tests.hubs.conftest import enrol, enrolled

__all__ = ["acme", "enrol", "enrolled", "hall", "other", "owner", "reporter"]

AT = "/admincenter/hubs/acme/"


@pytest.fixture
def room(hall: Any, alice: Any) -> Any:
    from hubs.services import create_room

    return create_room(site=hall, name="Blue", actor=alice)
