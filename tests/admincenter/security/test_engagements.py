"""Penetration tests: two a year, reminded of; what they found; and what a customer may know."""

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from admincenter.notices.sources.common import Where
from admincenter.notices.sources.programmes import of_tests
from admincenter.security import calendar
from admincenter.security.exchange import table
from admincenter.security.models import PenetrationTest, Programme, Retest, Ticket
from admincenter.security.models.tickets import today
from admincenter.security.selectors.penetration_tests import counts_of, retests_of, years_of
from admincenter.security.services import reminders
from admincenter.security.services.imports import import_findings
from admincenter.security.services.moves import move_ticket
from admincenter.security.services.penetration_tests import (
    add_finding,
    edit_test,
    mark_held,
    plan_test,
    record_retest,
)
from admincenter.security.services.policy import set_policy
from admincenter.security.workflow import Move
from mago.core.errors import Conflict, Refused
from tests.conftest import Browser

from .conftest import AT, CRITICAL


@pytest.fixture
def engagement(programme: Any, alice: Any) -> Callable[..., Any]:
    def make(**fields: Any) -> Any:
        day = today() - timedelta(days=10)
        given = {
            "firm": "Red Lines Ltd",
            "methodology": "OWASP WSTG 4.2",
            "scope": "API and hubs",
            "starts_on": day,
            "ends_on": day,
            "notes": "Their lead was slow",
        }
        return plan_test(programme=programme, actor=alice, **(given | fields))

    return make


def test_half_a_year_without_a_test_is_late_and_a_year_with_too_few_is_missed() -> None:
    one = [date(2026, 2, 1)]
    in_july = calendar.standing(2026, 2, date(2026, 7, 1), held=[], planned=[])
    assert (in_july.behind, in_july.is_missed) == (1, False)
    next_year = calendar.standing(2026, 2, date(2027, 1, 1), held=one, planned=[])
    assert (next_year.is_missed, next_year.held) == (True, 1)
    both = calendar.standing(2026, 2, date(2027, 1, 1), held=one * 2, planned=[])
    assert (both.is_missed, both.is_met) == (False, True)
    # Two in the second half meet the year, late as the first of them was.
    autumn = [date(2026, 9, 1), date(2026, 12, 1)]
    assert calendar.standing(2026, 2, date(2026, 12, 5), held=autumn, planned=[]).behind == 0


def test_only_a_test_that_was_held_by_a_firm_counts(
    engagement: Any, programme: Any, alice: Any
) -> None:
    Programme.objects.update(tests_a_year=2)
    programme.refresh_from_db()
    engagement()
    mark_held(test=engagement(tester="customer"), actor=alice)
    assert [year.held for year in years_of(programme)] == [0, 0]
    held = mark_held(test=engagement(), actor=alice)
    assert sum(year.held for year in years_of(programme)) == 1
    with pytest.raises(Conflict):
        mark_held(test=held, actor=alice)
    with pytest.raises(Conflict):
        mark_held(test=engagement(ends_on=today() + timedelta(days=1)), actor=alice)
    with pytest.raises(Refused):
        engagement(ends_on=today() - timedelta(days=99))


def test_of_a_customers_test_no_page_says_that_it_counts(
    owner: Browser, engagement: Any, alice: Any
) -> None:
    for tester, counts in (("firm", True), ("customer", False)):
        test = engagement(tester=tester)
        add_finding(test=test, title="IDOR", actor=alice)
        at = f"{AT}penetration-tests/{test.pk}/"
        page = owner.get(at).text
        assert ("It counts for the calendar year" in page) == counts
        # What a screen reader calls the table is no address.
        assert f'aria-label="{AT}' not in page
        held = owner.post(f"{at}hold/", follow=True).text
        assert ("it counts for its year" in held) == counts


def test_a_year_that_is_over_is_measured_by_what_was_demanded_in_it(
    programme: Any, alice: Any, owner: Browser
) -> None:
    def set_to(tests: int, day: str) -> list[tuple[int, int, bool]]:
        with time_machine.travel(f"{day}T12:00Z"):
            set_policy(programme=programme, tests_a_year=tests, actor=alice)
            return years()

    def years() -> list[tuple[int, int, bool]]:
        found = years_of(Programme.objects.get(pk=programme.pk))
        return [(one.number, one.demanded, one.is_missed) for one in found]

    here = Where(everything=False, organizations=(programme.pk,))
    Programme.objects.filter(pk=programme.pk).update(created_at="2024-03-01T00:00Z", tests_a_year=2)
    # In the year itself it may be changed: it is that year's policy, and the trail says when.
    assert set_to(3, "2025-11-01") == [(2024, 2, True), (2025, 3, False)]
    assert set_to(4, "2025-12-01") == [(2024, 2, True), (2025, 4, False)]
    # What was missed stays missed, whatever is demanded afterwards, and however often.
    assert set_to(1, "2026-01-05") == [(2025, 4, True), (2026, 1, False)]
    assert set_to(0, "2026-02-05") == [(2025, 4, True), (2026, 0, False)]
    with time_machine.travel("2026-02-06T12:00Z"):
        assert [notice.key for notice in of_tests(here)] == [f"tests:{programme.pk}:2025:0"]
        page = owner.get(AT).text
        assert "0 of 4" in page
        assert "Missed" in page
    with time_machine.travel("2027-02-05T12:00Z"):
        assert years() == [(2026, 0, False), (2027, 0, False)]
        assert of_tests(here) == []
    assert set_to(2, "2030-02-05") == [(2029, 0, False), (2030, 2, False)]


def test_a_missed_year_is_told_of_even_if_nothing_is_demanded_any_more(
    programme: Any, alice: Any, mails: Any, crew: Any
) -> None:
    Programme.objects.filter(pk=programme.pk).update(created_at="2024-03-01T00:00Z", tests_a_year=1)
    with time_machine.travel("2026-01-01T00:10Z"):
        set_policy(programme=programme, tests_a_year=0, actor=alice)
        reminders.remind()
    assert len(mails("security/reminder")) == 2


def test_what_is_owed_is_told_ahead_and_once(
    engagement: Any, programme: Any, crew: Any, mails: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Programme.objects.update(tests_a_year=2)

    def told_on(day: date) -> list[str]:
        for module in ("services.reminders", "selectors.penetration_tests"):
            monkeypatch.setattr(f"admincenter.security.{module}.today", lambda: day)
        before = len(mails("security/reminder"))
        reminders.remind()
        reminders.remind()
        return sorted(mail.recipient for mail in mails("security/reminder")[before:])

    both = sorted([crew.alice.email, crew.officer.email])
    year = today().year + 1
    assert told_on(date(year, 4, 1)) == []
    assert told_on(date(year, 5, 5)) == both
    assert told_on(date(year, 5, 6)) == []
    assert told_on(date(year, 6, 25)) == both
    engagement(starts_on=date(year, 10, 1), ends_on=date(year, 12, 1))
    assert told_on(date(year, 9, 20)) == both  # It begins soon.
    assert told_on(date(year, 12, 28)) == both  # The second has not been planned.
    assert told_on(date(year + 1, 1, 2)) == both  # The year was missed.


def test_a_test_that_was_held_does_not_end_on_a_day_to_come(engagement: Any, alice: Any) -> None:
    held = mark_held(test=engagement(), actor=alice)
    with pytest.raises(Refused) as refused:
        edit_test(test=held, ends_on=today() + timedelta(days=300), actor=alice)
    assert refused.value.code == "not_ended"
    assert edit_test(test=held, ends_on=today(), actor=alice).ends_on == today()


def test_a_finding_is_a_ticket_of_the_tests_source(engagement: Any, alice: Any) -> None:
    firm, customer = engagement(), engagement(tester="customer")
    made = [add_finding(test=one, title="IDOR", actor=alice) for one in (firm, customer)]
    assert [one.source for one in made] == ["penetration-test", "customer"]
    assert [one.findings.of(one.programme).get().test for one in made] == [firm, customer]


def test_what_was_known_before_counts_for_each_test_that_found_it(
    engagement: Any, programme: Any, alice: Any
) -> None:
    found = table.read(b"title,severity\nOpen port,high\nWeak cipher,low\n")

    def bring(test: Any) -> list[tuple[str, int]]:
        for _time in range(2):
            import_findings(programme=programme, found=found, actor=alice, dry_run=False, test=test)
        return [(one.severity, one.found) for one in counts_of(test)] if test else []

    bring(None)
    first, second = engagement(), engagement()
    assert bring(first) == bring(second) == [("high", 1), ("low", 1)]
    assert bring(first) == [("high", 1), ("low", 1)]
    assert Ticket.objects.of(programme).count() == 2


def test_a_retest_follows_a_test_that_was_held(engagement: Any, alice: Any) -> None:
    planned = engagement()
    retest = {"retested_on": today(), "retest_result": "All fixed", "actor": alice}
    with pytest.raises(Conflict):
        record_retest(test=planned, **retest)
    held = mark_held(test=planned, actor=alice)
    with pytest.raises(Refused):
        record_retest(test=held, **(retest | {"retested_on": today() + timedelta(days=1)}))
    assert record_retest(test=held, **retest).retested_on == today()
    # One that is recorded late is not the newest.
    before = retest | {"retested_on": held.ends_on, "retest_result": "One is left"}
    again = record_retest(test=held, **before)
    assert (again.retested_on, again.retest_result) == (today(), "All fixed")
    told = [(one.retested_on, one.result, one.recorded_by) for one in retests_of(again)]
    assert told == [(today(), "All fixed", alice), (held.ends_on, "One is left", alice)]


def test_the_retest_of_a_test_from_before_stays(engagement: Any, programme: Any) -> None:
    engagement()
    before = engagement()
    known = PenetrationTest.objects.of(programme).filter(pk=before.pk)
    known.update(retested_on=today(), retest_result="Fine")
    migration = import_module("admincenter.security.migrations.0011_retests_of_before")
    for _turn in range(2):
        migration.keep(apps, None)
    (kept,) = Retest.objects.everywhere(reason="test")
    assert (kept.test_id, kept.result, kept.retested_on) == (before.pk, "Fine", today())


def test_a_customer_is_told_numbers_and_nothing_that_harms(
    owner: Browser, engagement: Any, alice: Any
) -> None:
    test = engagement()
    first = add_finding(test=test, title="Secret hole", vector=CRITICAL, actor=alice)
    other = add_finding(test=test, title="No hole", severity="low", actor=alice)
    move_ticket(ticket=other, move=Move.REJECT, reason="By design", actor=alice)
    at = f"{AT}penetration-tests/{test.pk}/"
    assert owner.get(f"{at}summary/").status_code == 302
    mark_held(test=test, actor=alice)
    page = owner.get(f"{at}summary/")
    assert [(one.severity, one.found, one.remediated) for one in page.context["counts"]] == [
        ("critical", 1, 0)
    ]
    main = page.text.split('<main id="main"')[1].split("</main>")[0]
    for hidden in ("Secret hole", "By design", str(first), "slow", alice.name, alice.email):
        assert hidden not in main
    assert "Red Lines Ltd" in main


def test_the_pages_of_a_test(owner: Browser, programme: Any, rita: Any) -> None:
    words = {
        "tester": "firm", "firm": "Firm", "methodology": "OWASP WSTG 4.2", "scope": "All",
        "starts_on": "2026-01-05", "ends_on": "2026-01-09",
    }  # fmt: skip
    create = f"{AT}penetration-tests/create/"
    assert owner.post(create, words | {"ends_on": "2026-01-01"}).status_code == 400
    assert owner.post(create, words).status_code == 302
    test = PenetrationTest.objects.of(programme).get()
    at = f"{AT}penetration-tests/{test.pk}/"
    report = SimpleUploadedFile("report.pdf", b"%PDF-1.7 x")
    owner.post(f"{at}attach/", {"file": report})
    owner.post(f"{at}hold/")
    owner.post(f"{at}findings/create/", {"title": "XSS", "vector": CRITICAL})
    owner.post(f"{at}retest/", {"retested_on": "2026-02-01", "retest_result": "Fine"})
    owner.post(f"{at}retest/", {"retested_on": "2026-03-01", "retest_result": "Finer"})
    page = owner.get(at).text
    for shown in ("report.pdf", "XSS", "Fine<", "Finer<", "2026-02-01", "2026-03-01", "Held"):
        assert shown in page
    reader = Browser().as_person(rita)
    taken = reader.post(f"{at}reports/{test.reports.get().pk}/download/")
    assert taken.getvalue() == b"%PDF-1.7 x"
    assert reader.post(f"{at}cancel/").status_code == 403
    assert "Firm" in owner.get(f"{AT}penetration-tests/").text
