"""Passwords that attackers try first (ASVS 6.2.4; NIST SP 800-63B-4 section 3.1.1.2)."""

from collections.abc import Iterator
from itertools import product

from .words import lists

FEW = range(5)  # digits that people put before or behind a word: none to four
LONGEST = 32  # characters; hardly any listed word is longer


def is_common(password: str) -> bool:
    """Whether `password` is a listed one, in any case, with few digits around it, or repeated."""
    return any(word in words for word in _words_behind(password.lower()) for words in lists())


def _words_behind(text: str) -> set[str]:
    wholes = {text, *_without_digits(text)}
    units = {unit for whole in wholes for unit in _units(whole)}
    units |= {unit.strip(" -_.,;:+*/#!?") for unit in units}
    return wholes.union(units, *map(_without_digits, units))


def _without_digits(text: str) -> Iterator[str]:
    """`text` without few digits before and behind it, as long as more than digits is left.

    >>> sorted(_without_digits("1dragon23"))
    ['1dragon', '1dragon2', '1dragon23', 'dragon', 'dragon2', 'dragon23']
    """
    for before, behind in product(FEW, FEW):
        end = len(text) - behind
        core, around = text[before:end], text[:before] + text[end:]
        if not core.isdigit() and (around.isdigit() or not around):
            yield core


def _units(text: str) -> Iterator[str]:
    """What gives `text` when it is repeated and cut off at the end.

    >>> list(_units("dragondragondra"))
    ['dragon', 'dragondragon']
    """
    for size in range(1, min(len(text), LONGEST + 1)):
        if text.startswith(text[size:]):
            yield text[:size]
