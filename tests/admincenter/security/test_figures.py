"""The patch policy and its figures, and the evidence pack."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from admincenter.security import evidence
from admincenter.security.models import Ticket
from admincenter.security.selectors.figures import figures_of
from admincenter.security.services.moves import move_ticket
from admincenter.security.services.policy import set_policy
from admincenter.security.services.tickets import rate_ticket
from admincenter.security.workflow import Move
from mago.core.errors import Refused
from tests.conftest import Browser

from .conftest import AT


def test_the_policy_counts_for_what_is_rated_from_then_on(
    ticket: Any, programme: Any, alice: Any, events: Any
) -> None:
    before = ticket()
    changed = set_policy(programme=programme, critical_days=2, actor=alice)
    programme.refresh_from_db()
    after = ticket()
    assert after.due_on == before.due_on - timedelta(days=5)
    before.refresh_from_db()
    assert before.due_on == before.created_at.date() + timedelta(days=7)
    with pytest.raises(Refused):
        set_policy(programme=changed, high_days=1, actor=alice)
    (event,) = events("security:policy:edited")
    assert (event.detail["before"]["critical_days"], event.detail["after"]["critical_days"]) == (
        7,
        2,
    )


def test_figures_say_how_long_remediation_took_and_what_is_owed(
    fixed: Any, ticket: Any, programme: Any, officer: Any
) -> None:
    Ticket.objects.of(programme).update(created_at=timezone.now() - timedelta(days=10, hours=1))
    done = move_ticket(ticket=fixed, move=Move.VERIFY, actor=officer)
    Ticket.objects.of(programme).filter(pk=done.pk).update(
        due_on=timezone.now().date() - timedelta(days=3)
    )
    late = ticket()
    Ticket.objects.of(programme).filter(pk=late.pk).update(
        due_on=timezone.now().date() - timedelta(days=1)
    )
    found = figures_of(programme)
    critical = found.by_severity[0]
    assert (critical.owed, critical.overdue, critical.remediated) == (1, 1, 1)
    assert (critical.median_days, critical.longest_days, critical.share_in_time) == (10, 10, 0)
    assert (found.weeks[-2].owed, found.weeks[-1].owed, found.weeks[-1].overdue) == (1, 1, 1)
    assert found.weeks[0].owed == 0


def test_what_was_late_is_not_in_time_for_being_rated_milder_afterwards(
    fixed: Any, programme: Any, alice: Any, officer: Any
) -> None:
    late = timezone.now().date() - timedelta(days=1)
    Ticket.objects.of(programme).update(due_on=late)
    verified = move_ticket(ticket=fixed, move=Move.VERIFY, actor=officer)
    assert rate_ticket(ticket=verified, severity="low", actor=alice).due_on == late
    low = next(one for one in figures_of(programme).by_severity if one.severity == "low")
    assert (low.remediated, low.in_time) == (1, 0)
    again = move_ticket(ticket=verified, move=Move.REOPEN, reason="Came back", actor=alice)
    rated = rate_ticket(ticket=again, severity="medium", actor=alice)
    assert rated.due_on == timezone.now().date() + timedelta(days=90)


def test_each_figure_leads_to_the_tickets_behind_it(
    owner: Browser, ticket: Any, programme: Any
) -> None:
    """Of each severity, all of them and how many of these in time, at the edges of the period and of the day."""
    now = timezone.now()
    ended = [
        (365, 0, "critical"), (366, 0, "critical"), (3, None, "critical"),
        (3, -1, "critical"), (3, 0, "low"), (3, 1, "low"),
    ]  # fmt: skip
    for days, due_after, severity in ended:
        one, on = ticket(), now - timedelta(days=days)
        verified_at = on.replace(hour=23, minute=59, second=59)
        due_on = None if due_after is None else on.date() + timedelta(days=due_after)
        Ticket.objects.of(programme).filter(pk=one.pk).update(
            severity=severity, state="closed", verified_at=verified_at, due_on=due_on, evidence="x"
        )
    ticket()
    page = owner.get(AT)
    found = page.context["figures"]
    assert found.remediated == 5

    def rows(query: str) -> int:
        assert f'href="{AT}tickets/?{query}"'.replace("&", "&amp;") in page.text
        return len(owner.get(f"{AT}tickets/?{query}").context["rows"])

    assert rows("remediated=year") == found.remediated
    for one in (found.by_severity[0], found.by_severity[3]):
        assert rows(f"remediated=year&severity={one.severity}") == one.remediated
        assert rows(f"remediated=in-time&severity={one.severity}") == one.in_time
    late = owner.get(f"{AT}tickets/?remediated=late")
    assert [str(one) for one in late.context["rows"].rows] == ["SEC-4"]
    assert owner.get(f"{AT}tickets/?remediated=x").status_code == 400


def test_the_page_of_figures_costs_few_queries_and_says_what_is_so(
    owner: Browser, ticket: Any, django_assert_max_num_queries: Any
) -> None:
    ticket()
    with django_assert_max_num_queries(16):
        page = owner.get(AT).text
    assert "Tickets owed 26 weeks ago: 0. Now: 1," in page
    assert "?state=pending&amp;severity=critical" in page


def test_the_policy_is_set_by_its_page(owner: Browser, programme: Any, rita: Any) -> None:
    values = {
        "critical_days": "3", "high_days": "14", "medium_days": "60", "low_days": "90",
        "tests_a_year": "2", "assessment_days": "180",
    }  # fmt: skip
    assert owner.post(f"{AT}policy/", values | {"high_days": "1"}).status_code == 400
    assert owner.post(f"{AT}policy/", values).status_code == 302
    programme.refresh_from_db()
    assert (programme.critical_days, programme.tests_a_year) == (3, 2)
    assert Browser().as_person(rita).get(f"{AT}policy/").status_code == 403


def test_the_evidence_pack_stands_by_itself_and_tells_no_details(
    owner: Browser, fixed: Any, release: Any, rita: Any, events: Any
) -> None:
    answer = owner.post(f"{AT}evidence/download/")
    assert answer["Content-Disposition"].startswith("attachment")
    page = answer.content.decode()
    for needed in (
        "SEC-1",
        "2.5.0",
        "Quality assurance",
        "mago-audit-checkpoint",
        "<svg",
        "<style>",
    ):
        assert needed in page
    for missing in (
        "<script",
        "<link",
        "src=",
        "href=",
        "Session survives sign-out",
        "commit 4f2a",
    ):
        assert missing not in page
    assert len(events("security:evidence:taken")) == 1
    assert Browser().as_person(rita).post(f"{AT}evidence/download/").status_code == 403


def test_the_evidence_pack_is_in_the_readers_language_also_where_only_a_reader_of_screens_sees_it(
    owner: Browser, programme: Any
) -> None:
    page = owner.post(f"{AT}evidence/download/", headers={"Accept-Language": "it"}).content.decode()
    assert re.findall(r"<caption[^>]*>([^<]*)</caption>", page)[-2:] == [
        "Prima del trattamento",
        "Dopo il trattamento",
    ]


def test_the_evidence_pack_says_what_it_leaves_out_and_when_each_ticket_was_due(
    owner: Browser, ticket: Any, programme: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MOST", 2)
    for number in range(5):
        one = ticket()
        if number < 2:
            due_on, ended = f"2020-01-0{number + 1}", {"state": "closed", "evidence": "x"}
            Ticket.objects.of(programme).filter(pk=one.pk).update(due_on=due_on, **ended)
    page = owner.post(f"{AT}evidence/download/").content.decode()
    assert [f"SEC-{number}<" in page for number in (1, 2, 3, 4, 5)] == [
        True, True, False, True, True
    ]  # fmt: skip
    assert page.count("1 more, older than these, is not listed.") == 1
    assert page.count("2020-01-0") == 2


def test_the_platform_is_tested_twice_a_year_whatever_its_policy(
    platform: Any, programme: Any, alice: Any, dora: Any
) -> None:
    with pytest.raises(Refused) as refused:
        set_policy(programme=platform, actor=dora, tests_a_year=1)
    assert list(refused.value.fields) == ["tests_a_year"]
    assert set_policy(programme=platform, actor=dora, tests_a_year=3).tests_a_year == 3
    # An organization decides for itself.
    assert set_policy(programme=programme, actor=alice, tests_a_year=1).tests_a_year == 1
