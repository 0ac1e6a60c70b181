"""Passwords that attackers try first (ASVS 6.2.4)."""

import doctest
from collections.abc import Callable

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from accounts.signin.passwords import common
from accounts.signin.passwords.common import is_common
from tests.turns import a_share

TOP = FREQUENCY_LISTS["passwords"][:3000]


@pytest.mark.exhaustive
@pytest.mark.slow
def test_the_3000_most_common_are_refused_as_they_are(refusals: Callable[..., list[str]]) -> None:
    taken = [
        word for word in a_share(TOP) if not set(refusals(word, factor_enforced=True)) & {"common"}
    ]
    assert taken == []


@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.parametrize(
    "stretched",
    [
        lambda word: word.upper(),
        lambda word: f"{word}2024",
        lambda word: f"12{word}",
        lambda word: (word * 15)[: max(15, len(word))],
        lambda word: word * 4,
        lambda word: f"{word} {word} {word}",
        lambda word: f"{word}-{word}-{word}-",
        lambda word: word * 3 if word.isdigit() else f"{word}{word}{word}99",
    ],
)
def test_the_3000_most_common_are_refused_stretched(
    stretched: Callable[[str], str], refusals: Callable[..., list[str]]
) -> None:
    taken = [word for word in a_share(TOP) if not refusals(stretched(word), factor_enforced=True)]
    assert taken == []


@pytest.mark.parametrize(
    "word",
    [
        "photosynthesis",
        "Montgomery1987",
        "ZAPHOD",
        "DragonDragonDrag",
        "12monkey monkey monkey",
        "1234fitzgerald",
    ],
)
def test_names_and_dictionary_words_are_common_too(word: str) -> None:
    assert is_common(word)


@pytest.mark.parametrize(
    "password",
    ["", "giraffe lamp tundra", "dragon lamp dragon", "93847162550192", "dragon" + "7" * 9],
)
def test_other_passwords_are_left_to_the_estimate(password: str) -> None:
    assert not is_common(password)


def test_the_examples_in_the_docstrings_hold() -> None:
    results = doctest.testmod(common)
    assert results.attempted >= 2
    assert results.failed == 0
