"""Passwords that attackers try first (ASVS 6.2.4; NIST SP 800-63B-4 section 3.1.1.2)."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from django.contrib.auth.password_validation import CommonPasswordValidator

# The word in the middle, with the few digits that people put around one.
_DIGITS_AROUND = re.compile(r"\A\d{0,4}(.*?)\d{0,4}\Z", re.DOTALL)
_SIGNS_AROUND = re.compile(r"\A[\W_]*(.*?)[\W_]*\Z", re.DOTALL)


@lru_cache(maxsize=1)
def _lists() -> tuple[Collection[str], ...]:
    # Imported at the first use: the dictionaries take 15 MiB and a tenth of a second.
    from zxcvbn.matching import RANKED_DICTIONARIES

    ours = [
        RANKED_DICTIONARIES[name] for name in sorted(RANKED_DICTIONARIES) if name != "user_inputs"
    ]
    return CommonPasswordValidator().passwords, *ours


def is_common(password: str) -> bool:
    """Whether `password` is a listed one, in any case, with digits around it, or repeated."""
    return any(word in words for word in _words_behind(password.lower()) for words in _lists())


def _words_behind(text: str) -> Iterator[str]:
    for whole in (text, _inside(_DIGITS_AROUND, text)):
        unit = _unit(whole)
        yield from (whole, unit, _inside(_SIGNS_AROUND, unit), _inside(_DIGITS_AROUND, unit))


def _inside(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.match(text)
    return found[1] if found else text


def _unit(text: str) -> str:
    """The shortest beginning that gives `text` when it is repeated and cut off at the end.

    >>> _unit("dragondragondra")
    'dragon'
    """
    sizes = range(1, len(text) // 2 + 1)
    return next((text[:size] for size in sizes if text.startswith(text[size:])), text)
