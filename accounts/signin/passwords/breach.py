"""Whether a password is on the lists of stolen ones (ASVS 6.2.12)."""

import hashlib
import logging
from functools import lru_cache
from http.client import HTTPException

from django.conf import settings

from .breach_file import open_breach_file
from .breach_service import found_by_service

log = logging.getLogger("mago.passwords")


def is_breached(password: str) -> bool | None:
    """Whether `password` is on the list that the operator chose; None when that cannot be known now.

    False where nothing is to be looked up: the check is off, or no file was given or can be read.
    """
    # SHA-1 because the lists are published so; it protects nothing here.
    sha1 = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    match settings.PASSWORD_BREACH_CHECK:
        case "file" if settings.PASSWORD_BREACH_FILE:
            return _found_in_file(sha1)
        case "service":
            return _found_by_service(sha1)
    return False


def _found_in_file(sha1: bytes) -> bool:
    try:
        return sha1 in open_breach_file(settings.PASSWORD_BREACH_FILE)
    except (OSError, ValueError) as error:
        _say_once(
            "The file of breached passwords cannot be used, so the check is skipped", str(error)
        )
        return False


def _found_by_service(sha1: bytes) -> bool | None:
    try:
        return found_by_service(settings.PASSWORD_BREACH_SERVICE, sha1)
    except (OSError, ValueError, HTTPException) as error:
        # Its kind only: the words could quote the address asked for, and so the start of the hash.
        kind = type(getattr(error, "reason", error)).__name__
        _say_once("The range service for breached passwords is out of reach", kind)
        return None


@lru_cache(maxsize=16)
def _say_once(what: str, why: str) -> None:
    log.warning("%s: %s", what, why)
