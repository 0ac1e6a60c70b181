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
    expected = {"bob": 2.0, "example": 900.0}
    monkeypatch.setattr(Trigrams, "_expected", lambda self, text: expected[text])
    assert PEOPLE._rarest_in("bob@example") == "bob"
    assert list(User.objects.filter(PEOPLE.some_containing("bob@example", 9))) == [bob]
    # Where no word says more than another, all of it is asked for.
    expected["example"] = 3.0
    assert PEOPLE._rarest_in("bob@example") == "bob@example"
    assert list(User.objects.filter(PEOPLE.some_containing("bob@example", 9))) == [bob]


def test_no_more_than_so_many_of_those_found_are_sorted(crowd: Any) -> None:
    crowd(5)
    assert User.objects.filter(PEOPLE.some_containing("crowd", 3)).count() == 3
