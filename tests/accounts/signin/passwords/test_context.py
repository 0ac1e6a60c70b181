"""Names of the person, the organization and the product do not make a password (ASVS 6.2.11)."""

from collections.abc import Callable

import pytest

from accounts.models import User
from accounts.signin.passwords.context import context_words, without

Refusals = Callable[..., list[str]]
EMAIL = "alice.liddell@wonderland.example"


@pytest.mark.parametrize(
    "password",
    [
        "alice.liddell@wonderland.example",
        "AliceLiddell1865",
        "ALICE wonderland 65",
        "liddell liddell liddell",
        "wonderland-wonderland",
        "wonderland.example!",
        "ａｌｉｃｅ.ｌｉｄｄｅｌｌ.２０２６",
        "mago mago mago mago",
        "MagoMagoMago2026",
    ],
)
def test_a_password_made_of_them_is_refused(password: str, refusals: Refusals) -> None:
    assert "personal" in refusals(password, email=EMAIL)


@pytest.mark.parametrize(
    "password", ["Contoso Contoso 1", "contoso-rooms-2026", "tweedledum 12345"]
)
def test_names_given_along_count(password: str, refusals: Refusals) -> None:
    names = ["Contoso Rooms", "Tweedledum"]
    assert "personal" in refusals(password, names=names)


def test_the_accounts_own_name_and_address_count(refusals: Refusals) -> None:
    user = User(email=EMAIL, name="Alice Liddell")
    assert "personal" in refusals("Liddell in 2026!", user=user)


@pytest.mark.parametrize(
    "password",
    [
        "il mago di oz vola sopra i tetti",
        "alice keeps violet umbrellas",
        "wonderland giraffe lamp tundra",
    ],
)
def test_a_passphrase_that_is_strong_without_them_may_hold_them(
    password: str, refusals: Refusals
) -> None:
    assert refusals(password, email=EMAIL) == []


def test_short_parts_are_no_reason_to_refuse(refusals: Refusals) -> None:
    assert refusals("ann loves violet skies", email="ann@sky.example") == []


def test_a_short_name_repeated_is_guessable(refusals: Refusals) -> None:
    assert refusals("IBMIBMIBMIBMIBM", names=["IBM"]) == ["guessable"]


def test_words_are_the_parts_of_names_and_addresses() -> None:
    words = context_words(emails=["Ada.Lovelace+x@Mail.Engine.Example"], names=["Bo Li"])
    expected = {
        "ada.lovelace+x",
        "ada",
        "lovelace",
        "mail.engine.example",
        "mail.engine",
        "mail",
        "engine",
    }
    assert set(words) == expected | {"mago", "bo li", "boli", "bo", "li"}
    assert [len(word) for word in words] == sorted(map(len, words), reverse=True)


@pytest.mark.parametrize("email", ["", "@", "no-at-sign", "a@", "@b", "a@b@c.example"])
def test_odd_addresses_do_no_harm(email: str) -> None:
    assert "mago" in context_words(emails=[email])


def test_a_password_without_them_is_left_exactly_as_it_is() -> None:
    assert without(["alice"], "Ｇiraffe LAMP") == "Ｇiraffe LAMP"
    assert without(["alice"], "Alice's LAMP") == "'s lamp"
