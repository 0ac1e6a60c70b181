"""What very many people have in common is found in bounded time on PostgreSQL, and nothing else with it."""

from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from admincenter.keyset import KeysetPage
from admincenter.searched import PEOPLE
from admincenter.selectors.people import find_people
from mago.core import keyset, trigrams
from mago.core.trigrams import Trigrams

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="FTS5 is bounded by itself"),
]


def pages(q: str, size: int, state: str = "") -> list[list[str]]:
    found, cursor = [], ""
    while True:
        page = KeysetPage(find_people(q=q, state=state), cursor, size)
        found.append([person.email for person in page.rows])
        if page.next is None:
            return found
        cursor = page.next


def test_a_common_text_is_met_in_the_order_of_the_list(
    crowd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trigrams, "_MANY", 0)
    monkeypatch.setattr(keyset, "LOOKED_AT", 4)
    emails = [person.email for person in crowd(9)]
    User.objects.create_user("zoe@elsewhere.test")
    User.objects.filter(email=emails[5]).update(is_active=False)
    text = emails[0].partition("@")[2].upper()[1:]
    assert pages(text, 3) == [emails[:3], emails[3:6], emails[6:]]
    assert pages(text, 3, "disabled") == [[emails[5]]]
    # Far behind what is looked at, and nobody at all.
    assert pages("LSEwhere", 3) == [["zoe@elsewhere.test"]]
    assert pages("100%_", 3) == [[]]


def test_the_index_is_asked_for_the_rarest_word_and_the_whole_text_is_found(
    alice: Any, bob: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.create_user("bob@elsewhere.test", name="Bob, an example")
    expected = {"bob@": 2.0, "ob@": 2.0, "example": 900.0, "bob@example": 2.0, "ob@example": 2.0}
    monkeypatch.setattr(Trigrams, "_expected", lambda self, text: expected[text])
    for text in ("bob@example", "ob@example"):
        assert PEOPLE._rarest_in(text) == text.removesuffix("example")
        assert some(text, 9) == ([bob], False)
    # Where no piece says more than another, all of it is asked for.
    expected["example"] = 3.0
    assert PEOPLE._rarest_in("bob@example") == "bob@example"
    assert some("bob@example", 9) == ([bob], False)


def test_a_piece_is_a_word_of_which_the_index_knows_something() -> None:
    assert trigrams._pieces("a lindqvist_o@x") == ["lindqvist_", "_o@", "@x"]


def test_where_the_index_leaves_some_out_the_list_itself_is_looked_at_first(
    crowd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few of them were expected."""
    emails = [person.email for person in crowd(6)]
    User.objects.filter(email=emails[0]).delete()
    User.objects.create_user(emails[0])  # Found last, and the first by address.
    found, are_more = some("rowd", 3)
    assert (len(found), are_more) == (3, True)
    assert some("rowd", 7)[1] is False
    monkeypatch.setattr("admincenter.selectors.people.MOST_SEARCHED", 2)
    assert pages("rowd", 3) == [emails[:3], emails[3:]]


def test_in_a_list_that_is_narrowed_besides_all_are_found_however_they_are_looked_for(
    crowd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the index where few are expected, as those who are left may be the last of the list."""
    people = crowd(5)
    User.objects.filter(pk__in=[person.pk for person in people[3:]]).update(is_active=False)
    for walked in (-1, 30_000):
        monkeypatch.setattr(trigrams, "_WALKED", walked)
        found, are_many = PEOPLE.all_containing("rowd")
        assert (User.objects.filter(found).count(), are_many) == (5, walked < 0)
        listing = find_people(q="rowd", state="disabled")
        assert ("MATERIALIZED" in str(listing.queries[1].query)) == (walked > 0)
        assert pages("rowd", 1, "disabled") == [[person.email] for person in people[3:]]


def some(text: str, most: int) -> tuple[list[User], bool]:
    found, are_more = PEOPLE.some_containing(text, most)
    return list(User.objects.filter(found)), are_more
