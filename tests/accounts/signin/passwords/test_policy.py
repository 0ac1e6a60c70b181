"""Which passwords are taken, and what is said of the others."""

import hashlib
from collections.abc import Callable

import pytest
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.test import override_settings
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.signin.passwords import check_password_rules, policy

pytestmark = pytest.mark.one_database

Refusals = Callable[..., list[str]]

# What only knowing the content can hold against a password: never which kinds of characters it has.
ABOUT_CONTENT = {"common", "guessable", "personal"}


@pytest.mark.parametrize(
    "password",
    [
        "giraffe lamp tundra",
        "  giraffe lamp  ",
        "GIRAFFE LAMP TUNDRA",
        "Жираф лампа тундра",
        "長頸鹿和燈在凍原上散步吃著藍色的雲",
        "🦒 🪔 ❄️ 🎷 🧦 🪴 🚲 🥁",
        "vkzqmwyhxjtbpdn",
        "Kx4!vQ9#rT2@mZ7%",
        "giraffe\ttundra\nlamp",
        "giraffe lamp tundra " * 51,
    ],
)
def test_any_characters_make_a_password(password: str, refusals: Refusals) -> None:
    assert refusals(password) == []


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("", ["too_short"]),
        ("giraffe tundra", ["too_short"]),
        ("password", ["too_short", "common"]),
        ("passwordpassword", ["common"]),
        ("Constitutionally", ["common"]),
        ("qwertyuiopasdfgh", ["guessable"]),
        ("123456789012345", ["common"]),
        ("abcdefghijklmnop", ["guessable"]),
        ("mago-mago-mago-1", ["personal"]),
        ("x" * 1025, ["too_long"]),
        ("\ud83e" * 20, ["not_text"]),
    ],
)
def test_each_rule_has_its_code(password: str, codes: list[str], refusals: Refusals) -> None:
    assert refusals(password) == codes


def test_the_message_says_the_rule_and_what_to_do() -> None:
    with pytest.raises(ValidationError) as refused:
        check_password_rules("giraffe tundra")
    assert refused.value.messages == [
        "Use at least 15 characters; this password has 14. A few unrelated words are easy to remember."
    ]


@pytest.mark.slow
@settings(deadline=None)
@given(password=st.text(min_size=15, max_size=200))
@example(password=" " * 15)
@example(password="İ" * 15)
@example(password="١٩٩٩١٢٣١" * 3)
@example(password="19٩٩ 1²/1²/2012 ")
def test_no_kind_of_character_is_demanded_or_forbidden(password: str, refusals: Refusals) -> None:
    assert set(refusals(password)) <= ABOUT_CONTENT


@pytest.mark.slow
@settings(deadline=None)
@given(
    st.text(min_size=12, max_size=30).filter(lambda text: len(set(text)) >= 12),
    st.binary(min_size=8),
)
def test_strong_text_of_any_alphabet_is_taken(alphabet: str, seed: bytes) -> None:
    letters = sorted(set(alphabet))
    drawn = "".join(letters[byte % len(letters)] for byte in hashlib.sha512(seed).digest())
    check_password_rules(drawn)


def test_a_random_password_of_eight_is_enough_beside_a_factor(refusals: Refusals) -> None:
    assert refusals("x7Q!pL2v", factor_enforced=True) == []
    assert refusals("x7Q!pL2", factor_enforced=True) == ["too_short"]
    assert refusals("x7Q!pL2v") == ["too_short"]


@override_settings(PASSWORD_MIN_LENGTH=20, PASSWORD_MIN_LENGTH_WITH_FACTOR=12)
def test_the_lengths_are_settings(refusals: Refusals) -> None:
    assert refusals("giraffe lamp tundra") == ["too_short"]
    assert refusals("giraffe lamp tundra", factor_enforced=True) == []


def test_length_is_counted_in_characters_and_not_in_bytes(refusals: Refusals) -> None:
    assert refusals("жираф тундра л") == ["too_short"]
    assert refusals("жираф тундра ла") == []


def test_what_is_too_long_is_refused_before_anything_looks_at_it(
    refusals: Refusals, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*args: object) -> bool:
        raise AssertionError("looked at")

    for rule in ("is_common", "is_guessable", "is_breached", "was_used"):
        monkeypatch.setattr(policy, rule, never)
    assert refusals("y" * 1025, user=User(email="a@b.example")) == ["too_long"]


def test_look_ups_and_hashes_are_only_spent_on_what_everything_else_accepts(
    refusals: Refusals, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(policy, "is_breached", lambda password: bool(asked.append("breach")))
    monkeypatch.setattr(policy, "was_used", lambda user, password: bool(asked.append("history")))
    user = User(email="a@b.example")
    refusals("passwordpassword", user=user)
    assert asked == []
    refusals("giraffe lamp tundra", user=user)
    assert asked == ["breach", "history"]


def test_a_breached_password_is_not_compared_with_former_ones(
    refusals: Refusals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "is_breached", lambda password: True)
    assert refusals("giraffe lamp tundra", user=User(email="a@b.example")) == ["breached"]


@pytest.mark.parametrize(("answer", "codes"), [("accept", []), ("refuse", ["not_checked"])])
def test_a_setting_decides_when_the_list_is_out_of_reach(
    answer: str, codes: list[str], refusals: Refusals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "is_breached", lambda password: None)
    with override_settings(PASSWORD_BREACH_UNREACHABLE=answer):
        assert refusals("giraffe lamp tundra") == codes


@pytest.mark.parametrize(
    "password", ["magomago1234567", "qwertyuiopasdfgh", "dragondragondragon", "x" * 2000]
)
def test_a_refusal_never_repeats_the_password(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        check_password_rules(password)
    assert password not in str(refused.value.messages)


@pytest.mark.django_db
def test_django_applies_the_same_rules() -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password("too short", User(email="alice@example.org"))
    assert [error.code for error in refused.value.error_list] == ["too_short"]
    validate_password("giraffe lamp tundra", User(email="alice@example.org"))


def test_the_help_text_names_the_length() -> None:
    with translation.override("en"):
        assert "15 characters" in password_validators_help_texts()[0]
