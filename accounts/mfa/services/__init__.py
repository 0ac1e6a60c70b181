"""Writes of this slice."""

from .enrolment import (
    FactorRefused,
    confirm_factor,
    enrol_factor,
    new_recovery_codes,
    purge_unconfirmed,
    remove_factor,
    rename_factor,
)
from .guesses import WrongCode
from .verification import begin, begin_passkey, verify, verify_passkey

__all__ = [
    "FactorRefused",
    "WrongCode",
    "begin",
    "begin_passkey",
    "confirm_factor",
    "enrol_factor",
    "new_recovery_codes",
    "purge_unconfirmed",
    "remove_factor",
    "rename_factor",
    "verify",
    "verify_passkey",
]
