"""Which passwords are taken (ASVS 6.2; NIST SP 800-63B-4 section 3.1.1.2; docs/passwords.md)."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

from accounts.models import User

from . import refusals
from .breach import is_breached
from .common import is_common
from .context import context_words, without
from .history import was_used
from .strength import is_guessable


def least_length(*, factor_enforced: bool = False) -> int:
    """Characters that a password must have: fewer where a second factor is enforced."""
    return int(
        settings.PASSWORD_MIN_LENGTH_WITH_FACTOR
        if factor_enforced
        else settings.PASSWORD_MIN_LENGTH
    )


def check_password_rules(
    password: str,
    *,
    user: User | None = None,
    email: str = "",
    names: Iterable[str] = (),
    factor_enforced: bool = False,
) -> None:
    """`password` may be set, exactly as typed; otherwise ValidationError with all that is known against it.

    Every error in its `error_list` has a stable `code` (passwords/refusals.py). `names` are of the person
    and the organizations they belong to. Free rules come first; a look-up in the breach list, and last the
    hashes of former passwords (only with `user`), are spent on a password that everything else accepts.
    May raise `mago.core.errors.Busy`.
    """
    _refuse(_by_form(password))
    emails = [address for address in (email, user.email if user else "") if address]
    words = context_words(emails=emails, names=[*names, user.name] if user else names)
    _refuse(_by_content(password, words, least_length(factor_enforced=factor_enforced)))
    _refuse(_by_breach(password))
    if user and was_used(user, password):
        raise ValidationError([refusals.reused()])


def _refuse(errors: Iterator[ValidationError]) -> None:
    if found := list(errors):
        raise ValidationError(found)


def _by_form(password: str) -> Iterator[ValidationError]:
    if len(password) > settings.PASSWORD_MAX_LENGTH:
        yield refusals.too_long(len(password), settings.PASSWORD_MAX_LENGTH)
    elif any("\ud800" <= character <= "\udfff" for character in password):
        yield refusals.not_text()


def _by_content(password: str, words: list[str], least: int) -> Iterator[ValidationError]:
    rest = without(words, password)
    short, common = len(password) < least, is_common(password)
    if short:
        yield refusals.too_short(len(password), least)
    if common:
        yield refusals.common()
    if rest is not password:
        if len(rest) < least or is_common(rest) or is_guessable(rest, words):
            yield refusals.personal()
    elif not (short or common) and is_guessable(password, words):
        yield refusals.guessable()


def _by_breach(password: str) -> Iterator[ValidationError]:
    found, when_unknown = is_breached(password), settings.PASSWORD_BREACH_UNREACHABLE
    if found:
        yield refusals.breached()
    elif found is None and when_unknown == "refuse":
        yield refusals.not_checked()


class PasswordPolicy:
    """The rules as Django's password validator, for whatever calls `validate_password`."""

    def __init__(self, *, factor_enforced: bool = False) -> None:
        self.factor_enforced = factor_enforced

    def validate(self, password: str, user: Any = None) -> None:
        check_password_rules(password, user=user, factor_enforced=self.factor_enforced)

    def get_help_text(self) -> str:
        least = least_length(factor_enforced=self.factor_enforced)
        return ngettext(
            "At least %(least)d character, any you like. A few unrelated words are easy to remember.",
            "At least %(least)d characters, any you like. A few unrelated words are easy to remember.",
            least,
        ) % {"least": least}
