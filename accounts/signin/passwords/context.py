"""Words that anybody would try who knows whose password it is (ASVS 6.1.2 and 6.2.11)."""

import re
import unicodedata
from collections.abc import Iterable

PRODUCT = "mago"
# Shorter ones are part of ordinary words: a passphrase is not worse for holding an "ann".
SHORTEST = 4


def fold(text: str) -> str:
    """One spelling for look-alikes: compatibility form, without case."""
    return unicodedata.normalize("NFKC", text).casefold()


def context_words(*, emails: Iterable[str] = (), names: Iterable[str] = ()) -> list[str]:
    """Folded words of names, e-mail addresses and the product, longest first.

    Of an address: the local part, the domain without its last label, and the words in both.
    """
    phrases = [PRODUCT, *names]
    for email in emails:
        local, _, domain = email.rpartition("@")
        phrases += [local, domain, domain.rpartition(".")[0]]
    words: set[str] = set()
    for phrase in map(fold, phrases):
        words |= {phrase, "".join(phrase.split()), *re.split(r"[\W_]+", phrase)}
    # A last label such as ".info" is nobody's name; it came in with the whole domain.
    words -= {fold(email).rpartition(".")[2] for email in emails}
    return sorted((word for word in words if len(word) > 1), key=lambda word: (-len(word), word))


def without(words: Iterable[str], password: str) -> str:
    """What is left of `password` when the words of 4 characters and more are taken out of it.

    `password` itself when there are none in it; otherwise the rest, folded.
    """
    folded = rest = fold(password)
    for word in words:
        if len(word) >= SHORTEST:
            rest = rest.replace(word, "")
    return password if rest == folded else rest
