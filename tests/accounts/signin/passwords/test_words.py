"""The lists of words that take little memory."""

from accounts.signin.passwords import strength
from accounts.signin.passwords.words import Words, lists, ranked


def test_each_word_is_found_with_its_rank_and_no_other() -> None:
    words = Words({"dragon": 10, "monkey": 15, "geese": 30_000})
    assert [words[word] for word in ("geese", "dragon", "monkey")] == [30_000, 10, 15]
    assert "dragon" in words
    assert not [word for word in ("", "dragons", "Dragon", "goose") if word in words]


def test_no_words_are_no_words() -> None:
    assert "dragon" not in Words({})


def test_zxcvbn_s_lists_are_in_it() -> None:
    # A password, an English word, a name, a surname; each is the first or among the first of its list.
    assert [ranked()[word] for word in ("123456", "the", "mary", "smith")] == [1, 1, 1, 1]


def test_django_s_list_is_in_it() -> None:
    assert "zxcvbn12345" not in ranked()
    assert any("password1" in words for words in lists())


def test_a_repeated_word_is_still_known_for_one() -> None:
    assert strength._guesses("dragondragon", ()) < 100
