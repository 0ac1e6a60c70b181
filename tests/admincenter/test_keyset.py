"""Pages by key: each row exactly once, whatever happens meanwhile; a forged cursor is a clear refusal."""

import base64
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from admincenter.keyset import Cursor, KeysetPage, Listing, read_cursor
from mago.core import keyset
from mago.core.errors import Refused

FIELDS = [User._meta.get_field(name) for name in ("created_at", "id")]


def people() -> Listing:
    return Listing((User.objects.all(),), key=("created_at", "id"))


def walk(listing: Listing, size: int, direction: str = "next", cursor: str = "") -> list[list[Any]]:
    """The keys on each page, from the cursor on to the end."""
    pages = []
    while True:
        page = KeysetPage(listing, cursor, size)
        pages.append([row.pk for row in page.rows])
        if (following := getattr(page, direction)) is None:
            return pages
        cursor = following


def flat(pages: list[list[Any]]) -> list[Any]:
    return [key for page in pages for key in page]


def written(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize("size", [1, 3, 7, 20, 50])
def test_forward_shows_every_row_once_newest_first(crowd: Any, size: int) -> None:
    everybody = [person.pk for person in reversed(crowd(21))]
    pages = walk(people(), size)
    assert flat(pages) == everybody
    assert {len(page) for page in pages[:-1]} <= {size}


def test_rows_of_one_moment_are_shown_once(crowd: Any) -> None:
    crowd(21)
    User.objects.update(created_at=timezone.now())
    shown = flat(walk(people(), 4))
    assert sorted(shown) == sorted(User.objects.values_list("pk", flat=True))


def test_back_shows_what_forward_has_shown(crowd: Any) -> None:
    crowd(21)
    pages = walk(people(), 5)
    second_last = KeysetPage(people(), "", 5)
    for _ in range(3):
        second_last = KeysetPage(people(), second_last.next or "", 5)
    back = walk(people(), 5, "previous", second_last.previous or "")
    assert back == pages[2::-1]


def test_the_first_page_has_none_before_and_the_last_none_after(crowd: Any) -> None:
    crowd(10)
    first = KeysetPage(people(), "", 5)
    last = KeysetPage(people(), first.next or "", 5)
    assert first.previous is None
    assert last.next is None
    again = KeysetPage(people(), last.previous or "", 5)
    assert ([r.pk for r in again.rows], again.previous) == ([r.pk for r in first.rows], None)
    assert again.next == first.next


def test_what_is_met_nearby_is_looked_for_no_further_and_nothing_is_missed(
    crowd: Any, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    """Many at the beginning of the table, one far behind them: whatever lies nearby, each is shown once."""
    monkeypatch.setattr(keyset, "LOOKED_AT", 6)
    there = [person.pk for person in crowd(21)]
    wanted = [*there[:8], there[19]]
    rows = User.objects.filter(pk__in=wanted)
    listing = Listing((rows,), ("email",), descending=False, nearby=rows)
    assert walk(listing, 3) == [wanted[:3], wanted[3:6], wanted[6:]]
    last = KeysetPage(listing, KeysetPage(listing, "", 5).next or "", 5)
    assert walk(listing, 3, "previous", last.previous or "") == [wanted[2:5], wanted[:2]]
    nobody = Listing((User.objects.none(),), ("email",), descending=False, nearby=rows)
    with django_assert_num_queries(2):
        assert [row.pk for row in KeysetPage(nobody, "", 3).rows] == wanted[:3]


def test_who_joins_meanwhile_moves_nothing(crowd: Any) -> None:
    there = [person.pk for person in reversed(crowd(12))]
    first = KeysetPage(people(), "", 5)
    User.objects.create_user("late@example.com")
    assert [row.pk for row in first.rows] + flat(
        walk(people(), 5, cursor=first.next or "")
    ) == there


def test_who_leaves_meanwhile_moves_nothing(crowd: Any) -> None:
    there = [person.pk for person in reversed(crowd(12))]
    first = KeysetPage(people(), "", 5)
    User.objects.filter(pk__in=there[3:7]).delete()
    assert flat(walk(people(), 5, cursor=first.next or "")) == there[7:]


def test_an_empty_list_is_one_empty_page(db: None) -> None:
    page = KeysetPage(people())
    assert (page.rows, page.previous, page.next) == ([], None, None)


def test_a_page_fetches_one_row_more_than_it_shows(
    crowd: Any, django_assert_num_queries: Any
) -> None:
    crowd(20)
    with django_assert_num_queries(1) as queries:
        KeysetPage(people(), "", 5)
    (sql,) = (query["sql"] for query in queries.captured_queries)
    assert "LIMIT 6" in sql
    assert "OFFSET" not in sql
    assert "COUNT" not in sql


def test_several_queries_are_merged_and_a_row_in_two_shows_once(crowd: Any) -> None:
    crowd(20)
    low, high = (
        User.objects.filter(email__lt="crowd013"),
        User.objects.filter(email__gte="crowd007"),
    )
    listing = Listing((high, low), key=("email",), descending=False)
    in_order = list(User.objects.order_by("email").values_list("pk", flat=True))
    pages = walk(listing, 6)
    assert flat(pages) == in_order
    last = KeysetPage(listing, "", 19)
    assert (
        flat(walk(listing, 19, "previous", KeysetPage(listing, last.next or "", 19).previous or ""))
        == in_order[:19]
    )


@settings(deadline=None)
@given(st.datetimes(timezones=st.just(UTC)), st.uuids(), st.booleans())
def test_a_cursor_is_read_as_it_was_written(moment: datetime, key: Any, backwards: bool) -> None:
    assert read_cursor(str(Cursor((moment, key), backwards)), FIELDS) == Cursor(
        (moment, key), backwards
    )


@pytest.mark.turns
@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "%00",
        "=" * 8,
        "A" * 5000,
        "W10",  # []
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b"[" * 1400).decode(),
        base64.urlsafe_b64encode(b"not json").decode(),
        written(),
        written(False),
        written(False, "2026-01-01T00:00:00+00:00"),
        written(False, "2026-01-01T00:00:00+00:00", str(UUID(int=7)), 1),
        written("no", "2026-01-01T00:00:00+00:00", str(UUID(int=7))),
        written(0, "2026-01-01T00:00:00+00:00", str(UUID(int=7))),
        written(False, "2026-01-01T00:00:00", str(UUID(int=7))),  # of no time zone
        written(False, "0001-01-01T00:00:00+14:00", str(UUID(int=7))),  # before time began
        written(False, "9999-12-31T23:59:59-14:00", str(UUID(int=7))),
        written(False, "yesterday", str(UUID(int=7))),
        written(False, 5, str(UUID(int=7))),
        written(False, None, str(UUID(int=7))),
        written(False, "2026-01-01T00:00:00+00:00", "'; DROP TABLE accounts_user; --"),
        written(False, "2026-01-01T00:00:00+00:00", 7),
        written(False, "2026-01-01T00:00:00+00:00", ["x"]),
        written(False, ["2026"], {"a": 1}),
    ],
)
def test_a_forged_cursor_is_refused(admin: Any, cursor: str) -> None:
    with pytest.raises(Refused):
        read_cursor(cursor, FIELDS)
    assert admin.get("/admincenter/people/", {"page": cursor}).status_code == 400


@pytest.mark.parametrize("value", [True, 2**63, -(2**63) - 1, 1.5, "1", None, float("nan")])
def test_a_number_is_a_whole_one_of_64_bits(value: Any) -> None:
    from mago.audit.models import AuditEvent

    with pytest.raises(Refused):
        read_cursor(written(False, value), [AuditEvent._meta.get_field("id")])


@pytest.mark.parametrize(
    "value",
    ["1e9999999", "1e-20000", "NaN", "sNaN", "Infinity", "-Infinity", "10000000", "1,5", "", 9.8, True, None],
)  # fmt: skip
def test_a_score_is_a_number_that_a_database_takes(value: Any) -> None:
    from admincenter.security.models import Ticket

    field = Ticket._meta.get_field("score")
    with pytest.raises(Refused):
        read_cursor(written(False, value), [field])
    assert read_cursor(written(False, "9.8"), [field]).values == (Decimal("9.8"),)


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", 1, None])
def test_a_text_is_one_that_a_database_takes(value: Any) -> None:
    with pytest.raises(Refused):
        read_cursor(written(False, value), [User._meta.get_field("email")])


def test_a_cursor_of_another_list_is_refused(admin: Any, crowd: Any) -> None:
    crowd(60)
    cursor = KeysetPage(people()).next
    assert admin.get("/admincenter/people/", {"page": cursor}).status_code == 200
    assert admin.get("/admincenter/messages/", {"page": cursor}).status_code == 400
    assert admin.get("/admincenter/people/", {"page": cursor, "q": "crowd"}).status_code == 400


def test_a_page_after_everything_is_empty(admin: Any) -> None:
    moment = timezone.now() - timedelta(days=10_000)
    response = admin.get(
        "/admincenter/people/", {"page": written(False, moment.isoformat(), str(UUID(int=7)))}
    )
    assert response.status_code == 200
    assert "Nothing found" in response.content.decode()
