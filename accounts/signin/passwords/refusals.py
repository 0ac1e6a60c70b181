"""What is said about a refused password: which rule it breaks and what to do. The codes are stable."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


def too_short(length: int, least: int) -> ValidationError:
    message = ngettext_lazy(
        "Use at least %(least)d character; this password has %(length)d. A few unrelated words are easy to remember.",
        "Use at least %(least)d characters; this password has %(length)d. A few unrelated words are easy to remember.",
        "least",
    )
    return ValidationError(message, "too_short", {"least": least, "length": length})


def too_long(length: int, most: int) -> ValidationError:
    message = ngettext_lazy(
        "Use at most %(most)d character; this password has %(length)d.",
        "Use at most %(most)d characters; this password has %(length)d.",
        "most",
    )
    return ValidationError(message, "too_long", {"most": most, "length": length})


def not_text() -> ValidationError:
    return ValidationError(
        _("This holds something that is not a character. Type the password again."), "not_text"
    )


def common() -> ValidationError:
    return ValidationError(
        _(
            "Attackers try this first: it is a well-known password or a single word, perhaps repeated or with digits added. "
            "Put several unrelated words together."
        ),
        "common",
    )


def personal() -> ValidationError:
    return ValidationError(
        _(
            "Too little is left of this password without your name, your e-mail address, your organization or the name "
            "of this product. Add words that have nothing to do with them."
        ),
        "personal",
    )


def guessable() -> ValidationError:
    return ValidationError(
        _(
            "This could be guessed in a short time, as it follows a pattern: a sequence, a repetition, a date or familiar words. "
            "Add words that do not belong together."
        ),
        "guessable",
    )


def breached() -> ValidationError:
    return ValidationError(
        _(
            "This password was stolen from another service and is on attackers' lists. Choose one that was never used anywhere."
        ),
        "breached",
    )


def not_checked() -> ValidationError:
    return ValidationError(
        _(
            "We cannot look up right now whether this password is on attackers' lists. Try again in a few minutes."
        ),
        "not_checked",
    )


def reused() -> ValidationError:
    return ValidationError(
        _("You have used this password here before. Choose a new one."), "reused"
    )
