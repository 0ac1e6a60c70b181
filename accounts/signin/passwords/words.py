"""The words that attackers try first: zxcvbn's, ranked, and Django's, in a tenth of the memory.

Asked for, and never listed, they need not be kept as text: 64 bits of Python's keyed hash tell a
hundred thousand words from any other but once in 10^14.
"""

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from functools import lru_cache
from threading import Lock

from django.contrib.auth.password_validation import CommonPasswordValidator

from mago.core.memory import return_free


class Words:
    """Whether a word is one of these; by `words[word]` its rank, from 1 on."""

    def __init__(self, words: Mapping[str, int]) -> None:
        self._hashes = array("q", sorted(map(hash, words)))
        self._ranks = array("H", bytes(2 * len(words)))
        for word, rank in words.items():
            self._ranks[bisect_left(self._hashes, hash(word))] = rank

    def __contains__(self, word: str) -> bool:
        place = bisect_left(self._hashes, key := hash(word))
        return place < len(self._hashes) and self._hashes[place] == key

    def __getitem__(self, word: str) -> int:
        return self._ranks[bisect_left(self._hashes, hash(word))]


_loading = Lock()


@lru_cache(maxsize=1)
def _common() -> Words:
    return Words(dict.fromkeys(CommonPasswordValidator().passwords, 1))


@lru_cache(maxsize=1)
def _ranked() -> Words:
    # Imported at the first use: it takes a tenth of a second.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS
    from zxcvbn.matching import RANKED_DICTIONARIES

    best: dict[str, int] = {}
    for words in RANKED_DICTIONARIES.values():
        for word, rank in words.items():
            best[word] = min(rank, best.get(word, rank))
    ranked = Words(best)
    # Its text goes: 14 MB. What looks a word up without being told where finds it here.
    FREQUENCY_LISTS.clear()
    RANKED_DICTIONARIES.clear()
    RANKED_DICTIONARIES["words"] = ranked
    del best, words
    return_free()
    return ranked


def ranked() -> Words:
    """zxcvbn's words in one dictionary: an estimate asks for nothing but the best rank of each."""
    with _loading:
        return _ranked()


def lists() -> tuple[Words, Words]:
    """All words that are too common for a password."""
    with _loading:
        return _common(), _ranked()
