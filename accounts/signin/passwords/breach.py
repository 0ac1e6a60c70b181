"""Whether a password is on the lists of stolen ones (ASVS 6.2.12), wherever the operator has them looked up."""

import hashlib
import logging
from functools import lru_cache

from django.conf import settings

from .breach_file import BreachFile, open_breach_file
from .breach_service import found_by_service

log = logging.getLogger("mago.passwords")


class BreachUnknown(Exception):
    """It could not be looked up; `settings.PASSWORD_BREACH_UNREACHABLE` says what follows."""


def is_breached(password: str) -> bool:
    """Whether the list holds `password`; False when there is none. Raises BreachUnknown."""
    # SHA-1 because the lists are published so; it protects nothing here.
    sha1 = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    if settings.PASSWORD_BREACH_CHECK == "file" and settings.PASSWORD_BREACH_FILE:
        return _found_in_file(sha1)
    if settings.PASSWORD_BREACH_CHECK == "service":
        return _found_by_service(sha1)
    return False


def _found_in_file(sha1: bytes) -> bool:
    try:
        listed: BreachFile = open_breach_file(settings.PASSWORD_BREACH_FILE)
    except (OSError, ValueError) as error:
        _say_once(f"The file of breached passwords cannot be read, so the check is skipped: {error}")
        return False
    return sha1 in listed


def _found_by_service(sha1: bytes) -> bool:
    try:
        return found_by_service(settings.PASSWORD_BREACH_SERVICE, sha1)
    except (OSError, ValueError) as error:
        # The kind only: a message could quote the address asked for, and with it the start of the hash.
        _say_once(f"The range service for breached passwords is out of reach: {type(error).__name__}")
        raise BreachUnknown from None


@lru_cache(maxsize=8)
def _say_once(sentence: str) -> None:
    log.warning(sentence)
