"""Lists are sorted by the heads of their columns."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from mago.core import keyset
from tests.conftest import Browser

PEOPLE = "/admincenter/people/"
TEMPLATES = Path(settings.BASE_DIR, "templates", "admincenter")


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyset.KeysetPage.__init__, "__defaults__", ("", 3))


def addresses(browser: Browser, query: str) -> list[str]:
    """Of everybody, page by page, as the links lead on."""
    found: list[str] = []
    link = query
    while link:
        response = browser.get(PEOPLE + link)
        found += [person.email for person in response.context["rows"].rows]
        link = response.context["next_url"]
    return found


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("address", lambda people: sorted(p.email for p in people)),
        ("-address", lambda people: sorted((p.email for p in people), reverse=True)),
        ("created", lambda people: [p.email for p in people]),
        ("-created", lambda people: [p.email for p in reversed(people)]),
    ],
)
def test_the_order_holds_from_page_to_page(
    admin: Browser, crowd: Any, dora: Any, order: str, expected: Callable[[Any], list[str]]
) -> None:
    people = [dora, *crowd(7)]
    for number, person in enumerate(people):
        person.created_at = timezone.now() + timedelta(seconds=number)
        person.save()
    assert addresses(admin, f"?order={order}") == expected(people)
    assert addresses(admin, f"?state=active&order={order}") == expected(people)


def test_a_head_says_how_the_list_is_sorted_and_turns_it_round(admin: Browser, crowd: Any) -> None:
    crowd(1)
    first = admin.get(f"{PEOPLE}?state=active").text
    assert (
        '<th scope="col" aria-sort="descending"><a id="sort-created" href="?state=active&amp;order=created"'
        in first
    )
    assert '<th scope="col"><a id="sort-address" href="?state=active&amp;order=address"' in first
    turned = admin.get(f"{PEOPLE}?state=active&order=address").text
    assert (
        'aria-sort="ascending"><a id="sort-address" href="?state=active&amp;order=-address"'
        in turned
    )
    assert 'aria-sort="descending"' not in turned
    # Whoever narrows the list further keeps the order.
    assert '<input type="hidden" name="order" value="address" form="filters">' in turned


def test_what_is_searched_stands_in_the_order_of_its_index(admin: Browser, crowd: Any) -> None:
    crowd(2)
    found = admin.get(f"{PEOPLE}?q=crowd&order=created")
    assert [one.email for one in found.context["rows"].rows][:2] == [
        "crowd000@example.com",
        "crowd001@example.com",
    ]
    assert "aria-sort" not in found.text


@pytest.mark.parametrize("order", ["password", "-", "--created", "user__password", "créé", "x" * 9999])  # fmt: skip
def test_an_order_that_is_none_changes_nothing(admin: Browser, crowd: Any, order: str) -> None:
    crowd(2)
    found = admin.get(PEOPLE, {"order": order})
    assert found.status_code == 200
    assert found.context["rows"].listing.order == "-created"


def test_a_place_in_one_order_is_none_in_another(admin: Browser, crowd: Any) -> None:
    crowd(5)
    page = admin.get(f"{PEOPLE}?order=address").context["rows"].next
    assert admin.get(PEOPLE, {"order": "created", "page": page}).status_code == 400


def test_no_list_says_above_its_heads_in_which_order_it_stands() -> None:
    """Whoever sorts it otherwise would read what is not so."""
    lists = [page.read_text() for page in TEMPLATES.rglob("*.html")]
    sorted_ones = [text for text in lists if "{% column " in text]
    assert len(sorted_ones) > 15
    for text in sorted_ones:
        head = text.partition("{% block columns %}")[0].partition("{% endcomment %}")[2]
        assert not re.search(r"(newest|oldest) first|sorted|in order of", head), head
