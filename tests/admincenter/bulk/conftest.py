"""Acme with its members and its hall, as its own pages have them."""

from tests.admincenter.api.conftest import app_of, nothing_is_remembered
from tests.admincenter.hubs.conftest import room
from tests.admincenter.organizations.conftest import acme, hall, other, owner, reporter, robot
from tests.hubs.conftest import enrol, enrolled

__all__ = [
    "acme",
    "app_of",
    "enrol",
    "enrolled",
    "hall",
    "nothing_is_remembered",
    "other",
    "owner",
    "reporter",
    "robot",
    "room",
]
