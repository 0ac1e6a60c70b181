"""How many guesses a password withstands, by zxcvbn's estimate, in bounded time."""

from collections.abc import Collection

from .words import ranked

# zxcvbn's score 3 ("safely unguessable": offline against a slow hash) begins here, but for a small
# allowance of its own that would refuse every password of 8 characters, the best ones included.
GUESSES = 10**8

# zxcvbn takes time by the square of the length, times the ways to read symbols as letters: 2 s for
# 72 symbols. A password is at least as strong as any stretch of it, so two short ones are enough.
STRETCH = 36
STRETCH_OF_SYMBOLS = 16
MANY_SYMBOLS = 6


def is_guessable(password: str, words: Collection[str] = ()) -> bool:
    """Whether neither of its first two stretches withstands `GUESSES`.

    `words` are about the person and count as the first that an attacker tries.
    """
    size = _stretch(password)
    stretches = filter(None, (password[:size], password[size : 2 * size]))
    return all(_guesses(stretch, words) < GUESSES for stretch in stretches)


def _stretch(password: str) -> int:
    # Imported at the first use, as in `words`.
    from zxcvbn.matching import L33T_TABLE

    symbols = {symbol for readings in L33T_TABLE.values() for symbol in readings}
    return STRETCH_OF_SYMBOLS if len(symbols & set(password)) > MANY_SYMBOLS else STRETCH


def _guesses(text: str, words: Collection[str]) -> int:
    from zxcvbn.matching import omnimatch
    from zxcvbn.scoring import most_guessable_match_sequence

    # Not `zxcvbn()`: it leaves the words of one person in a global for the next, and for other threads.
    dictionaries = {
        "words": ranked(),
        "user_inputs": {word: rank for rank, word in enumerate(words, 1)},
    }
    return int(most_guessable_match_sequence(text, omnimatch(text, dictionaries))["guesses"])
