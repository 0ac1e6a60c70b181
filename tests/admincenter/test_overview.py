"""The overview: true figures, each with the list behind it."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.access.models import Membership
from accounts.models import User
from accounts.organizations.models import Organization
from admincenter import periods
from admincenter.selectors import factors, figures, standing
from admincenter.tasks import count_figures
from mago.audit.services import Outcome, record, seal
from mago.audit.tags import Tag
from tests.admincenter.conftest import has_frame
from tests.conftest import Browser


def tiles(response: Any) -> dict[str, str]:
    """Label to the value that stands there."""
    return {str(tile.label): tile.value for tile in response.context["tiles"]}


def bars(response: Any, name: str) -> dict[str, str]:
    return {str(bar.label): bar.value for bar in response.context[name]}


def happened(tag: Tag, *ages: timedelta, **fields: Any) -> None:
    """Events of these ages, sealed and so counted."""
    for age in ages:
        with time_machine.travel(timezone.now() - age):
            record(tag, **fields)
    seal()


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_sign_ins_of_the_period_are_counted_beside_the_one_before(admin: Any, alice: Any) -> None:
    happened(Tag.SIGN_IN_SUCCEEDED, 0 * HOUR, 2 * HOUR, 30 * HOUR, 100 * HOUR, actor=alice)
    happened(Tag.SIGN_IN_FAILED, 0 * HOUR, outcome=Outcome.FAILURE)
    day, week = admin.get("/admincenter/"), admin.get("/admincenter/", {"period": "7d"})
    assert (tiles(day)["Sign-ins"], tiles(day)["Failed sign-ins"]) == ("2", "1")
    assert tiles(week)["Sign-ins"] == "4"
    (sign_ins, failed, *_) = day.context["tiles"]
    assert (sign_ins.delta, failed.delta) == ("+100 %", "")
    assert sum(row[1][0] for row in week.context["chart"].rows) == 4
    assert admin.get("/admincenter/", {"period": "1y"}).status_code == 404


def test_factors_count_by_the_strongest_and_each_bar_leads_to_its_people(
    admin: Any, alice: Any, bob: Any, charlie: Any
) -> None:
    from accounts.mfa.models import EmailDevice, SmsDevice, TotpDevice

    TotpDevice.objects.create(user=alice, name="app", key="k", confirmed=True)
    SmsDevice.objects.create(user=alice, name="phone", number="+390000", confirmed=True)
    EmailDevice.objects.create(user=bob, name="mail", address=bob.email, confirmed=True)
    TotpDevice.objects.create(user=charlie, name="app", key="k", confirmed=False)
    response = admin.get("/admincenter/")
    assert tiles(response)["Second factors"] == "25 %"
    assert bars(response, "factors") == {
        "Passkey": "0 %",
        "Authenticator app": "25 %",
        "Code by SMS": "0 %",
        "Code by e-mail": "25 %",
        "No second factor": "50 %",
    }
    listed = {
        bar.label: {str(person.email) for person in admin.get(bar.href).context["rows"].rows}
        for bar in response.context["factors"]
    }
    assert listed == {
        "Passkey": set(),
        "Authenticator app": {alice.email},
        "Code by SMS": set(),
        "Code by e-mail": {bob.email},
        "No second factor": {"charlie@example.com", "dora@example.com"},
    }


def test_the_worker_counts_everybody_where_that_are_many(
    crowd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factors, "FEW", 3)
    monkeypatch.setattr(standing, "FEW", 3)
    crowd(5)
    User.objects.update(last_login=timezone.now())
    acme, other = (Organization.objects.create(name=name, slug=name) for name in ("acme", "other"))
    for person in User.objects.all():
        for whose in (acme, other):
            Membership.objects.create(organization=whose, user=person)

    def figures_of(whose: Organization) -> tuple[int, bool, str]:
        found = factors.coverage(whose)
        return found.people, found.cut, str(standing.active_members(whose, periods.DAY))

    assert factors.coverage() == factors.Coverage(3, {}, cut=True)
    assert figures_of(acme) == (3, True, "3+")
    # Of the organizations only the one that was looked at.
    count_figures()
    assert factors.coverage() == factors.Coverage(5, {})
    assert figures_of(acme) == (5, False, "5")
    assert figures_of(other) == (3, True, "3+")


def test_the_newest_stand_for_all_also_where_some_of_them_are_disabled(
    crowd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factors, "FEW", 3)
    crowd(5)
    acme = Organization.objects.create(name="acme", slug="acme")
    for person in User.objects.all():
        Membership.objects.create(organization=acme, user=person)
    newest = Membership.objects.of(acme).order_by("-joined_at", "-id")[0].user
    newest.is_active = False
    newest.save()
    assert factors.coverage(acme) == factors.Coverage(2, {}, cut=True)
    count_figures()
    assert factors.coverage(acme) == factors.Coverage(4, {})


def test_live_sessions_are_those_that_open_a_page(
    admin: Any, alice: Any, bob: Any, charlie: Any
) -> None:
    from accounts.access.services import set_active, sign_out_everywhere

    for person in (alice, bob, charlie):
        Browser().as_person(person)
    set_active(user=bob, active=False, actor=alice)
    sign_out_everywhere(charlie, actor=None)
    overview = admin.get("/admincenter/")
    assert tiles(overview)["Sessions"] == "2"  # alice and dora
    sessions = next(one for one in overview.context["tiles"] if one.label == "Sessions")
    assert len(admin.get(sessions.href).context["rows"].rows) == 2
    listed = admin.get("/admincenter/people/", {"state": "signed-in"}).content.decode()
    assert "alice@example.com" in listed
    assert "bob@example.com" not in listed


def test_each_figure_leads_to_its_list(admin: Any, alice: Any) -> None:
    happened(Tag.SIGN_IN_FAILED, 0 * HOUR, target=alice, outcome=Outcome.FAILURE)
    context = admin.get("/admincenter/").context
    ways = [*context["tiles"], *context["refused"], *context["findings"]]
    assert len({way.href for way in ways}) > 12
    failed = admin.get(ways[1].href)
    assert [event.tag for event in failed.context["rows"].rows] == [Tag.SIGN_IN_FAILED]
    found = {way.href.partition("?")[0] for way in ways}
    for href in {way.href for way in ways if way.href.partition("?")[0] in found}:
        if href.partition("?")[0] in found:
            found.discard(href.partition("?")[0])
            assert admin.get(href).status_code == 200


def test_who_may_not_see_a_list_gets_no_link(admin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from accounts.access.permissions import Permission
    from accounts.access.roles import ON_PLATFORM, RoleName

    monkeypatch.setitem(
        ON_PLATFORM, RoleName.PLATFORM_ADMINISTRATOR, frozenset({Permission.OVERVIEW_READ})
    )
    response = admin.get("/admincenter/")
    shown = ("tiles", "refused", "findings", "factors")
    assert {one.href for name in shown for one in response.context[name]} == {""}
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


@pytest.mark.django_db
def test_what_was_told_just_now_may_be_unsealed() -> None:
    record(Tag.SIGN_IN_SUCCEEDED)
    assert figures.unsealed_since() is None


def test_the_chart_says_in_words_and_in_a_table_what_it_draws(admin: Any, alice: Any) -> None:
    happened(Tag.SIGN_IN_SUCCEEDED, 3 * DAY, 0 * DAY, 0 * DAY, actor=alice)
    response = admin.get("/admincenter/", {"period": "30d"})
    rows = response.context["chart"].rows
    assert (rows[-1][1], rows[-4][1]) == ([2, 0], [1, 0])
    page = response.content.decode()
    assert "last 30 days: 3 sign-ins succeeded, at most 2 from one point" in page
    assert re.search(r'<svg class="chart"[^>]*aria-labelledby="traffic-title traffic-text"', page)


def test_htmx_gets_the_parts_that_change(admin: Any) -> None:
    part = admin.get("/admincenter/", headers={"HX-Request": "true"})
    assert not has_frame(part)
    asked = re.search(r'hx-select-oob="([^"]+)"', admin.get("/admincenter/").content.decode())
    assert asked
    for name in asked[1].split(","):
        assert f'id="{name[1:]}"' in part.content.decode()
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
