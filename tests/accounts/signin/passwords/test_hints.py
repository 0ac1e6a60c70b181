"""What the browser is told for its hint."""

from django.test import override_settings

from accounts.signin.passwords.hints import hint_attributes


def test_the_least_length_is_the_one_that_counts() -> None:
    assert hint_attributes()["data-min-length"] == "15"
    assert hint_attributes(factor_enforced=True)["data-min-length"] == "8"
    with override_settings(PASSWORD_MIN_LENGTH=20):
        assert hint_attributes()["data-min-length"] == "20"


def test_words_about_the_person_are_to_be_avoided_when_they_are_long_enough() -> None:
    attributes = hint_attributes(email="ann.lovelace@sky.example", names=["Engine"])
    words = attributes["data-avoid"].split()
    assert {"lovelace", "engine", "mago"} <= set(words)
    assert not {"ann", "sky"} & set(words)
