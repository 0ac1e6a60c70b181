"""Writes of this slice."""

from .configuration import configure
from .leasing import due_runs
from .running import work
from .runs import ask_due, confirm, drop, forget_old, request
from .sign_in import DirectoryDown, WrongCredentials, check_password

__all__ = [
    "DirectoryDown",
    "WrongCredentials",
    "ask_due",
    "check_password",
    "configure",
    "confirm",
    "drop",
    "due_runs",
    "forget_old",
    "request",
    "work",
]
