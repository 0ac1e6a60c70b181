"""Former passwords are not taken again."""

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import make_password
from django.test import override_settings

from accounts.models import User
from accounts.signin.passwords.history import was_used
from accounts.signin.passwords.models import FormerPassword

PRESENT = "giraffe lamp tundra"
FORMER = [
    f"giraffe lamp tundra {word}" for word in ("sock", "drum", "fern", "kite", "pear", "moss")
]


@pytest.fixture
def alice_of_old(alice: User) -> User:
    for password in FORMER:
        FormerPassword.objects.create(user=alice, hash=make_password(password))
    alice.set_password(PRESENT)
    return alice


def test_the_present_password_is_refused(
    alice_of_old: User, refusals: Callable[..., list[str]]
) -> None:
    assert refusals(PRESENT, user=alice_of_old) == ["reused"]


@override_settings(PASSWORD_HISTORY=5)
def test_the_last_five_are_refused_and_the_sixth_is_not(
    alice_of_old: User, refusals: Callable[..., list[str]]
) -> None:
    newest_first = FORMER[::-1]
    assert [refusals(each, user=alice_of_old) for each in newest_first] == [["reused"]] * 5 + [[]]


@override_settings(PASSWORD_HISTORY=0)
def test_none_is_compared_where_the_history_is_off(alice_of_old: User) -> None:
    assert not was_used(alice_of_old, PRESENT)


def test_another_persons_passwords_do_not_count(
    alice_of_old: User, refusals: Callable[..., list[str]]
) -> None:
    bob = User.objects.create_user("bob@example.org", "giraffe lamp tundra owl")
    assert refusals(PRESENT, user=bob) == []


@pytest.mark.django_db
def test_somebody_who_is_not_saved_yet_has_no_history() -> None:
    assert not was_used(User(email="new@example.org"), PRESENT)


def test_somebody_without_a_password_has_no_history(alice: User) -> None:
    alice.set_unusable_password()
    assert not was_used(alice, PRESENT)


def test_a_hash_that_is_present_and_in_the_history_is_spent_once(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.set_password(PRESENT)
    FormerPassword.objects.create(user=alice, hash=alice.password)
    spent: list[str] = []
    monkeypatch.setattr(
        "accounts.signin.passwords.history.check_password",
        lambda password, known: bool(spent.append(known)),
    )
    assert not was_used(alice, "giraffe lamp tundra owl")
    assert spent == [alice.password]


def test_history_goes_with_the_account(alice_of_old: User) -> None:
    alice_of_old.delete()
    assert not FormerPassword.objects.exists()


def test_the_row_shows_no_hash(alice_of_old: User) -> None:
    row = FormerPassword.objects.first()
    assert row is not None
    assert row.hash not in str(row)
