"""zxcvbn's estimate, in bounded time."""

from itertools import combinations
from typing import Any

import pytest
from zxcvbn import matching

from accounts.signin.passwords import strength
from accounts.signin.passwords.strength import MANY_SYMBOLS, STRETCH, is_guessable


@pytest.mark.parametrize(
    "password",
    [
        "qwertyuiopasdfgh",
        "P@ssw0rd!P@ssw0rd!",
        "1985-04-12",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
        "letmein12345678",
    ],
)
def test_patterns_are_guessable(password: str) -> None:
    assert is_guessable(password)


def test_a_password_is_as_strong_as_its_strongest_stretch() -> None:
    assert is_guessable("a" * 1024)
    assert not is_guessable("a" * STRETCH + "giraffe lamp tundra")


def test_words_about_the_person_are_the_first_guesses() -> None:
    assert not is_guessable("xylqotzv93")
    assert is_guessable("xylqotzv93", ["xylqotzv"])


def test_words_of_one_person_are_not_left_for_the_next() -> None:
    is_guessable("giraffe lamp", ["confidential"])
    assert "confidential" not in matching.RANKED_DICTIONARIES.get("user_inputs", {})


@pytest.mark.parametrize(
    "password",
    ["a" * 1024, "giraffe lamp tundra " * 51, "4@8({[<369!|1570$+%2" * 51, "1.1.91 " * 146],
)
def test_work_does_not_grow_with_the_password(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    original = strength._guesses

    def spy(text: str, words: Any) -> int:
        seen.append(text)
        return original(text, words)

    monkeypatch.setattr(strength, "_guesses", spy)
    is_guessable(password)
    assert 1 <= len(seen) <= 2
    assert all(len(text) <= STRETCH for text in seen)


def test_the_longer_stretch_has_few_readings() -> None:
    table = matching.L33T_TABLE
    symbols = sorted({symbol for readings in table.values() for symbol in readings})
    most = max(
        len(matching.enumerate_l33t_subs(matching.relevant_l33t_subtable("".join(some), table)))
        for some in combinations(symbols, 4)
    )
    # Every further symbol at most doubles them.
    assert most * 2 ** (MANY_SYMBOLS - 4) <= 64
    assert strength._stretch("".join(symbols)) == strength.STRETCH_OF_SYMBOLS
    assert strength._stretch("giraffe l4mp tundr@") == STRETCH
