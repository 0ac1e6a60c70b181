"""The list of people: found by how they begin, narrowed by state, whatever is typed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.mfa.models import Passkey
from accounts.models import User
from admincenter.bulk.people import People
from admincenter.selectors.factors import without_factor
from admincenter.selectors.people import find_people
from tests.admincenter.conftest import has_frame
from tests.conftest import Browser


def emails(admin: Any, **query: str) -> list[str]:
    response = admin.get("/admincenter/people/", query)
    assert response.status_code == 200
    return [person.email.removesuffix("@example.com") for person in response.context["rows"].rows]


def test_the_newest_come_first(admin: Any, alice: Any, bob: Any) -> None:
    assert emails(admin) == ["bob", "alice", "dora"]


@pytest.mark.parametrize("q", ["al", "ALICE", " alice@exam ", "alice@example.com"])
def test_an_address_is_found_by_its_beginning(admin: Any, alice: Any, bob: Any, q: str) -> None:
    assert emails(admin, q=q) == ["alice"]


@pytest.mark.parametrize("q", ["ada l", "Ada", "ADA LIND"])
def test_a_name_is_found_by_its_beginning(admin: Any, alice: Any, bob: Any, q: str) -> None:
    User.objects.filter(pk=bob.pk).update(name="Ada Lindqvist")
    assert emails(admin, q=q) == ["bob"]


def test_who_is_found_twice_shows_once_and_by_address(admin: Any, alice: Any, bob: Any) -> None:
    User.objects.filter(pk=bob.pk).update(name="Alicia")
    assert emails(admin, q="ali") == ["alice", "bob"]


def test_of_a_name_that_very_many_share_the_first_are_found(
    admin: Any, crowd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admincenter.selectors.people.MOST_SEARCHED", 3)
    for number, person in enumerate(crowd(5)):
        User.objects.filter(pk=person.pk).update(name=f"Ada {9 - number}")
    assert emails(admin, q="ad") == ["crowd002", "crowd003", "crowd004"]


@pytest.mark.parametrize(
    ("query", "index"),
    [({"q": "ad"}, "user_by_name"), ({"state": "disabled"}, "user_disabled"), ({}, "user_newest")],
    ids=str,
)
def test_an_index_answers_each_search(alice: Any, query: dict[str, str], index: str) -> None:
    """At any size: the databases say so of themselves."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # So few rows are read faster without one.
            cursor.execute("SET LOCAL enable_seqscan = off")
    searched = find_people(**query)
    first = searched.queries[-1].order_by(*(f"-{name}" for name in searched.key))
    assert index in first[:50].explain()


def test_of_very_many_who_are_signed_in_a_list_shows_the_newest_and_a_job_takes_all(
    admin: Any, alice: Any, bob: Any, dora: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Browser().as_person(alice)
    monkeypatch.setattr("admincenter.selectors.people.MOST_SIGNED_IN", 1)
    newest = max(alice, dora, key=lambda person: person.pk)
    assert emails(admin, state="signed-in") == [newest.email.split("@")[0]]
    assert set(People(dora).found(state="signed-in")) == {alice, dora}


def test_a_search_is_paged(admin: Any, crowd: Any) -> None:
    crowd(120)
    shown, query = [], "?q=crowd"
    while query:
        response = admin.get(f"/admincenter/people/{query}")
        shown += [person.email for person in response.context["rows"].rows]
        query = response.context["next_url"]
        assert "q=crowd" in query or not query
    assert shown == [f"crowd{n:03}@example.com" for n in range(120)]


@pytest.mark.turns
@pytest.mark.parametrize(
    "q",
    [
        "%",
        "_",
        "a%",
        "al_ce",
        "'",
        '"',
        "\\",
        "';--",
        "*",
        "?",
        "[",
        "😀",
        "\U0010ffff",
        "ß",
        "ı",
        "al ice",
    ],
)
def test_no_character_means_anything_but_itself(admin: Any, alice: Any, q: str) -> None:
    assert emails(admin, q=q) == []


def test_a_percent_sign_is_found_as_such(admin: Any, alice: Any) -> None:
    User.objects.filter(pk=alice.pk).update(name="100% Alice")
    assert emails(admin, q="100%") == ["alice"]
    assert emails(admin, q="100_") == []


@pytest.mark.parametrize(
    "query",
    [
        {"q": "a\x00b"},
        {"q": "a\x1bb"},
        {"q": "a" * 201},
        {"q": "a" * 1_000_000},
        {"state": "nonsense"},
        {"joined": "1 OR 1=1"},
        {"joined": "-1"},
    ],
)
def test_what_cannot_be_searched_is_said_beside_its_field(
    admin: Any, alice: Any, query: dict[str, str]
) -> None:
    response = admin.get("/admincenter/people/", query)
    assert response.status_code == 400
    assert "Nothing was searched" in response.content.decode()
    assert list(response.context["filters"].errors) == list(query)


def test_broken_text_is_refused(admin: Any) -> None:
    assert admin.get("/admincenter/people/?q=%FF%FE").status_code == 400


def test_htmx_is_told_what_is_wrong(admin: Any) -> None:
    part = admin.get("/admincenter/people/", {"q": "a\x1b"}, headers={"HX-Request": "true"})
    assert part.status_code == 200  # or htmx would not show it
    assert "Nothing was searched" in part.content.decode()


def test_people_are_narrowed_by_state(admin: Any, alice: Any, bob: Any) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert emails(admin, state="active") == ["alice", "dora"]
    assert emails(admin, state="disabled") == ["bob"]
    assert emails(admin, state="administrators") == ["dora"]
    assert emails(admin, state="signed-in") == ["dora"]
    assert emails(admin, state="disabled", q="alice") == []


def test_people_are_narrowed_by_when_they_joined(admin: Any, alice: Any, bob: Any) -> None:
    User.objects.filter(pk=alice.pk).update(created_at=timezone.now() - timedelta(days=2))
    User.objects.filter(pk=bob.pk).update(created_at=timezone.now() - timedelta(days=8))
    assert emails(admin, joined="1") == ["dora"]
    assert emails(admin, joined="7") == ["dora", "alice"]


def test_filters_stay_in_the_links_to_other_pages(admin: Any, crowd: Any) -> None:
    crowd(60)
    response = admin.get(
        "/admincenter/people/", {"state": "active", "joined": "7", "q": "", "other": "x"}
    )
    assert response.context["next_url"].startswith("?state=active&joined=7&page=")
    assert "other" not in response.context["next_url"]


def test_htmx_gets_the_rows_alone(admin: Any, alice: Any) -> None:
    part = admin.get("/admincenter/people/", headers={"HX-Request": "true"})
    assert not has_frame(part)
    assert b"alice@example.com" in part.content
    assert b"filter-q" not in part.content


def test_a_name_is_text_and_not_markup(admin: Any, alice: Any) -> None:
    User.objects.filter(pk=alice.pk).update(name="<script>alert(1)</script>")
    page = admin.get("/admincenter/people/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_nobody_found_says_so(admin: Any) -> None:
    assert "Nothing found" in admin.get("/admincenter/people/", {"q": "zzz"}).content.decode()


def test_without_a_second_factor_are_those_active_among_the_last_who_have_none(
    admin: Any, alice: Any, bob: Any, charlie: Any, dora: Any
) -> None:
    now = timezone.now()
    for days, person in enumerate((charlie, alice, dora, bob)):
        User.objects.filter(pk=person.pk).update(created_at=now - timedelta(days=days))
    Passkey.objects.create(user=charlie, confirmed=True, credential_id="x", public_key=b"x")
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert emails(admin, state="without-factor") == ["dora", "bob"]
    # Of very many who have none, a page needs no more than those who joined last.
    assert set(without_factor(User.objects.all(), most=3)) == {dora}


def test_an_empty_recycle_bin_says_what_comes_into_it(admin: Any) -> None:
    page = admin.get("/admincenter/people/", {"state": "deleted"}).text
    assert "The recycle bin is empty" in page
    assert "lies here for 30 days" in page
    searched = admin.get("/admincenter/people/", {"state": "deleted", "q": "zzz"}).text
    assert "Nothing found" in searched


def test_a_list_without_anything_offers_no_filter_to_take_away(admin: Any) -> None:
    for path in ("api-tokens/", "messages/", "organizations/"):
        page = admin.get(f"/admincenter/{path}").text
        assert 'class="empty"' in page, path
        assert "Nothing found" not in page, path
    assert "No messages" in admin.get("/admincenter/messages/").text
    assert "Nothing found" in admin.get("/admincenter/messages/", {"status": "dead"}).text
