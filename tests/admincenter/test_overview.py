"""The overview: true figures, each with the list behind it."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from admincenter.selectors import figures
from mago.audit.services import Outcome, record, seal
from mago.audit.tags import Tag
from tests.admincenter.conftest import has_frame
from tests.conftest import Browser


def tiles(response: Any) -> dict[tuple[str, str], str]:
    """(label, note) to the value that stands there."""
    return {(str(tile.label), tile.note): str(tile.value) for tile in response.context["tiles"]}


def test_people_are_counted(admin: Any, crowd: Any) -> None:
    crowd(5)
    User.objects.filter(email="crowd001@example.com").update(
        created_at=timezone.now() - timedelta(days=3)
    )
    User.objects.filter(email="crowd002@example.com").update(
        created_at=timezone.now() - timedelta(days=30)
    )
    shown = tiles(admin.get("/admincenter/"))
    assert shown["People", "with an account"] == "6"
    assert shown["New people", "last 24 hours"] == "4"
    assert shown["New people", "last 7 days"] == "5"


def test_sign_ins_of_the_last_day_are_counted(admin: Any, alice: Any) -> None:
    with time_machine.travel(timezone.now() - timedelta(hours=25)):
        record(Tag.SIGN_IN_SUCCEEDED, actor=alice)
    for _ in range(2):
        record(Tag.SIGN_IN_SUCCEEDED, actor=alice)
    record(Tag.SIGN_IN_FAILED, outcome=Outcome.FAILURE)
    shown = tiles(admin.get("/admincenter/"))
    assert shown["Sign-ins", "last 24 hours"] == "2"
    assert shown["Failed sign-ins", "last 24 hours"] == "1"


def test_live_sessions_are_those_that_open_a_page(
    admin: Any, alice: Any, bob: Any, charlie: Any
) -> None:
    from accounts.access.services import set_active, sign_out_everywhere

    for person in (alice, bob, charlie):
        Browser().as_person(person)
    set_active(user=bob, active=False, actor=alice)
    sign_out_everywhere(charlie, actor=None)
    assert tiles(admin.get("/admincenter/"))["Sessions", "live now"] == "2"  # alice and dora
    listed = admin.get("/admincenter/people/", {"state": "signed-in"}).content.decode()
    assert "alice@example.com" in listed
    assert "bob@example.com" not in listed


@pytest.mark.slow
def test_each_figure_leads_to_its_list(admin: Any, alice: Any, message: Any) -> None:
    message()
    record(Tag.SIGN_IN_FAILED, target=alice, outcome=Outcome.FAILURE)
    response = admin.get("/admincenter/")
    for tile in (*response.context["tiles"], *response.context["refused"]):
        listed = admin.get(tile.href)
        assert listed.status_code == 200
        assert bool(listed.context["rows"].rows) == bool(tile.value) or tile.value.number == 1


def test_who_may_not_see_a_list_gets_no_link(admin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from accounts.access.permissions import Permission
    from accounts.access.roles import PERMISSIONS, RoleName

    monkeypatch.setitem(
        PERMISSIONS, RoleName.PLATFORM_ADMINISTRATOR, frozenset({Permission.OVERVIEW_READ})
    )
    response = admin.get("/admincenter/")
    assert {tile.href for tile in (*response.context["tiles"], *response.context["refused"])} == {
        ""
    }
    assert response.context["events"] is None


def test_counting_stops_early(crowd: Any, django_assert_num_queries: Any) -> None:
    crowd(7)
    with django_assert_num_queries(1) as queries:
        found = figures.count(User.objects.all(), 5)
    assert (str(found), found.more) == ("5+", True)
    assert "LIMIT 6" in queries.captured_queries[0]["sql"]
    assert str(figures.count(User.objects.all(), 7)) == "7"


def test_large_figures_are_grouped() -> None:
    assert str(figures.Count(10_000, True)) == "10,000+"


def test_dead_messages_are_a_warning(admin: Any, message: Any) -> None:
    assert "could not be sent" not in admin.get("/admincenter/").content.decode()
    message()
    page = admin.get("/admincenter/").content.decode()
    assert "1 message could not be sent" in page
    assert "/admincenter/messages/?status=dead" in page


def test_a_trail_that_is_not_sealed_is_a_warning(admin: Any, alice: Any) -> None:
    seal()
    with time_machine.travel(timezone.now() - timedelta(minutes=11)):
        record(Tag.SIGN_IN_SUCCEEDED, actor=alice)
    assert "not being sealed" in admin.get("/admincenter/").content.decode()
    seal()
    assert "not being sealed" not in admin.get("/admincenter/").content.decode()


@pytest.mark.django_db
def test_what_was_told_just_now_may_be_unsealed() -> None:
    record(Tag.SIGN_IN_SUCCEEDED)
    assert figures.unsealed_since() is None


def test_the_chart_says_in_words_and_in_a_table_what_it_draws(admin: Any, alice: Any) -> None:
    for days in (3, 0, 0):
        with time_machine.travel(timezone.now() - timedelta(days=days)):
            record(Tag.SIGN_IN_SUCCEEDED, actor=alice)
    response = admin.get("/admincenter/")
    chart = response.context["chart"]
    assert [row[1] for row in chart.rows][-1] == [2, 0]
    assert [row[1] for row in chart.rows][-4] == [1, 0]
    page = response.content.decode()
    assert "3 sign-ins succeeded, at most 2 in a day; 0 failed." in page
    assert re.search(r'<svg class="chart"[^>]*aria-labelledby="sign-ins-title sign-ins-text"', page)


def test_days_that_are_over_are_counted_once(db: None, django_assert_num_queries: Any) -> None:
    days = [timezone.localdate() - timedelta(days=back) for back in range(14)]
    with django_assert_num_queries(14):
        figures.told_by_day(Tag.SIGN_IN_FAILED, days)
    with django_assert_num_queries(0):
        assert figures.told_by_day(Tag.SIGN_IN_FAILED, days) == [0] * 14


def test_htmx_gets_the_parts_that_change(admin: Any) -> None:
    part = admin.get("/admincenter/", headers={"HX-Request": "true"})
    assert not has_frame(part)
    assert b'id="figures"' in part.content
    assert b'class="chart"' not in part.content
    assert "HX-Request" in part["Vary"]


def test_a_page_that_was_restored_is_whole(admin: Any) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert has_frame(admin.get("/admincenter/", headers=headers))


def test_a_page_that_refreshes_itself_does_not_keep_the_session_alive(
    admin: Any, dora: Any
) -> None:
    from accounts.sessions.models import Session

    def seen() -> Any:
        return Session.objects.get(user=dora).last_seen_at

    before = seen()
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        admin.get("/admincenter/", headers={"HX-Request": "true"})
        assert seen() == before
        admin.get("/admincenter/")
        assert seen() > before
