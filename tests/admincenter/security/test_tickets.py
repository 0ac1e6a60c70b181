"""A ticket from its report to its end: numbers, ratings, due dates, moves, and who is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.access.models import Membership, RoleBinding
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import grant_role, remove_member
from accounts.access.tenancy import OutsideTenantScope
from admincenter.security.models import EntryKind, Ticket, Told
from admincenter.security.models.tickets import today
from admincenter.security.selectors import people
from admincenter.security.selectors.figures import figures_of
from admincenter.security.services import comments, escalation, reminders
from admincenter.security.services.moves import move_ticket
from admincenter.security.services.releases import cancel_release
from admincenter.security.services.tickets import (
    assign_ticket,
    create_ticket,
    edit_ticket,
    rate_ticket,
    relate_tickets,
    share_ticket,
)
from admincenter.security.workflow import Move, State
from mago.core.errors import Conflict, Forbidden, Refused
from tests.conftest import Browser

from .conftest import AT, CRITICAL, Crew

MEDIUM = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"


def test_numbers_count_within_a_programme(ticket: Any, platform: Any, dora: Any) -> None:
    assert [str(ticket()), str(ticket())] == ["SEC-1", "SEC-2"]
    own = create_ticket(programme=platform, title="Ours", source="scanner", actor=dora)
    assert (str(own), own.organization_id) == ("SEC-1", None)


def test_a_vector_gives_score_severity_and_due_date(ticket: Any, alice: Any) -> None:
    one = ticket()
    assert (str(one.score), one.severity) == ("9.3", "critical")
    assert one.due_on == today() + timedelta(days=7)
    rated = rate_ticket(ticket=one, vector=MEDIUM, actor=alice)
    assert (str(rated.score), rated.severity) == ("6.1", "medium")
    assert rated.due_on == today() + timedelta(days=90)
    judged = rate_ticket(ticket=one, severity="low", actor=alice)
    assert (judged.vector, judged.score, judged.due_on) == ("", None, today() + timedelta(days=180))


def test_what_comes_back_is_due_from_the_day_on_which_it_did(
    fixed: Any, programme: Any, alice: Any, officer: Any
) -> None:
    created, first_due = today() - timedelta(days=100), today() - timedelta(days=93)
    Ticket.objects.of(programme).update(
        created_at=timezone.now() - timedelta(days=100), due_on=first_due
    )
    # It was never gone.
    held_not = move_ticket(ticket=fixed, move=Move.REOPEN, reason="Still open", actor=alice)
    assert (held_not.due_on, held_not.counted_from) == (first_due, created)
    again = move_ticket(ticket=held_not, move=Move.FIX, evidence="commit 5", actor=alice)
    verified = move_ticket(ticket=again, move=Move.VERIFY, actor=officer)
    assert figures_of(programme).by_severity[0].longest_days == 100
    back = move_ticket(ticket=verified, move=Move.REOPEN, reason="Came back", actor=alice)
    assert back.due_on == today() + timedelta(days=7)
    changes = {one["name"]: one for one in back.entries.order_by("-created_at", "-id")[0].changes}
    assert changes["due_on"] == {
        "name": "due_on", "before": str(first_due), "after": str(today() + timedelta(days=7)),
    }  # fmt: skip
    rated = rate_ticket(ticket=back, severity="high", actor=alice)
    assert rated.due_on == today() + timedelta(days=30)
    Ticket.objects.of(programme).update(verified_at=timezone.now() + timedelta(hours=1))
    high = next(one for one in figures_of(programme).by_severity if one.severity == "high")
    assert high.longest_days == 0


def test_a_severity_against_the_vector_and_a_vector_that_is_none_are_refused(ticket: Any) -> None:
    for wrong in ({"vector": "CVSS:4.0/AV:N"}, {"vector": CRITICAL, "severity": "low"}):
        with pytest.raises(Refused):
            ticket(**wrong)
    assert not Ticket.objects.everywhere(reason="a test looks").exists()


def test_a_query_that_names_no_programme_gives_nothing(ticket: Any) -> None:
    ticket()
    with pytest.raises(OutsideTenantScope):
        list(Ticket.objects.all())


def test_a_fix_is_verified_by_another_and_closed(
    fixed: Any, alice: Any, officer: Any, events: Any
) -> None:
    with pytest.raises(Refused) as refused:
        move_ticket(ticket=fixed, move=Move.VERIFY, actor=alice)
    assert refused.value.code == "own_fix"
    verified = move_ticket(ticket=fixed, move=Move.VERIFY, actor=officer)
    closed = move_ticket(ticket=verified, move=Move.CLOSE, actor=alice)
    assert (closed.state, closed.fixed_by, closed.verified_by) == ("closed", alice, officer)
    moved = events("security:ticket:moved")
    assert [event.detail["after"]["state"] for event in moved][-2:] == ["verified", "closed"]


def test_whoever_was_to_fix_it_cannot_verify_what_another_marked(
    fixed: Any, officer: Any, alice: Any
) -> None:
    assign_ticket(ticket=fixed, assignee=officer, actor=alice)
    with pytest.raises(Refused):
        move_ticket(ticket=fixed, move=Move.VERIFY, actor=officer)


def test_no_fix_without_evidence_not_even_in_the_database(ticket: Any, alice: Any) -> None:
    one = ticket()
    Ticket.objects.of(one.programme).update(state=State.IN_PROGRESS)
    with pytest.raises(Refused) as refused:
        move_ticket(ticket=one, move=Move.FIX, evidence="  ", actor=alice)
    assert refused.value.fields.keys() == {"evidence"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.of(one.programme).update(state=State.CLOSED)


def test_a_reader_moves_nothing(ticket: Any, rita: Any) -> None:
    with pytest.raises(Forbidden):
        move_ticket(ticket=ticket(), move=Move.TRIAGE, actor=rita)


def test_an_accepted_risk_comes_back_once_its_time_is_over(
    ticket: Any, alice: Any, officer: Any, mails: Any
) -> None:
    one = move_ticket(ticket=ticket(), move=Move.TRIAGE, actor=alice)
    until = today() + timedelta(days=30)
    for wrong in (
        {"risk_owner": None, "reason": "No fix yet", "accepted_until": until},
        {"risk_owner": alice, "reason": "No fix yet", "accepted_until": today()},
        {"risk_owner": alice, "reason": "x", "accepted_until": today() + timedelta(days=400)},
        {"risk_owner": alice, "reason": " ", "accepted_until": until},
    ):
        with pytest.raises(Refused):
            move_ticket(ticket=one, move=Move.ACCEPT, actor=officer, **wrong)
    accepted = move_ticket(
        ticket=one,
        move=Move.ACCEPT,
        actor=officer,
        risk_owner=alice,
        reason="No fix yet",
        accepted_until=until,
    )
    assert not accepted.is_overdue
    escalation.return_expired_risks()
    accepted.refresh_from_db()
    assert accepted.state == State.ACCEPTED
    Ticket.objects.of(one.programme).update(accepted_until=today() - timedelta(days=1))
    escalation.return_expired_risks()
    accepted.refresh_from_db()
    assert (accepted.state, accepted.risk_owner, accepted.accepted_until) == ("triaged", None, None)
    assert mails("security/moved", alice.email)


def test_a_duplicate_is_rejected_and_points_to_the_first(ticket: Any, alice: Any) -> None:
    first, second = ticket(), ticket()
    with pytest.raises(Refused):
        move_ticket(ticket=first, move=Move.REJECT, duplicate_of=first, actor=alice)
    told = move_ticket(ticket=second, move=Move.REJECT, duplicate_of=first, actor=alice)
    assert (told.state, told.duplicate_of, told.reason) == (
        "rejected",
        first,
        "Duplicate of SEC-1",
    )
    with pytest.raises(Refused):
        move_ticket(ticket=first, move=Move.REJECT, duplicate_of=told, actor=alice)


def test_duplicates_of_a_duplicate_are_its_originals(ticket: Any, alice: Any, events: Any) -> None:
    first, second, third = ticket(), ticket(), ticket()
    move_ticket(ticket=third, move=Move.REJECT, duplicate_of=second, actor=alice)
    move_ticket(ticket=second, move=Move.REJECT, duplicate_of=first, actor=alice)
    third.refresh_from_db()
    assert third.duplicate_of == first
    assert third.entries.order_by("-created_at", "-id")[0].changes == [
        {"name": "duplicate_of", "before": "SEC-2", "after": "SEC-1"}
    ]
    assert events("security:ticket:edited")[-1].detail["after"] == {"duplicate_of": "SEC-1"}


def test_an_original_that_became_a_duplicate_meanwhile_is_none(ticket: Any, alice: Any) -> None:
    first, second = ticket(), ticket()
    stale = Ticket.objects.of(first.programme).get(pk=second.pk)
    move_ticket(ticket=second, move=Move.REJECT, duplicate_of=first, actor=alice)
    with pytest.raises(Refused):
        move_ticket(ticket=first, move=Move.REJECT, duplicate_of=stale, actor=alice)


def test_what_is_triaged_stays_rated(ticket: Any, alice: Any) -> None:
    one = ticket()
    rate_ticket(ticket=one, actor=alice)
    rate_ticket(ticket=one, severity="low", actor=alice)
    one = move_ticket(ticket=one, move=Move.TRIAGE, actor=alice)
    with pytest.raises(Refused) as refused:
        rate_ticket(ticket=one, severity="unrated", actor=alice)
    assert refused.value.code == "unrated"
    one.refresh_from_db()
    assert (one.severity, one.due_on) == ("low", today() + timedelta(days=180))


def test_a_risk_whose_time_is_over_needs_a_release_that_is_still_to_come(
    ticket: Any, release: Any, crew: Crew
) -> None:
    alice, officer, _rita = crew
    one = move_ticket(ticket=ticket(), move=Move.TRIAGE, actor=alice)
    one = move_ticket(ticket=one, move=Move.PLAN, release=release, actor=alice)
    soon = today() + timedelta(days=1)
    needs = {"risk_owner": alice, "reason": "No fix yet", "accepted_until": soon}
    move_ticket(ticket=one, move=Move.ACCEPT, actor=officer, **needs)
    cancel_release(release=release, actor=alice)
    Ticket.objects.of(one.programme).update(accepted_until=today() - timedelta(days=1))
    escalation.return_expired_risks()
    one.refresh_from_db()
    assert (one.state, one.release, one.closed_at) == ("triaged", None, None)
    with pytest.raises(Refused) as refused:
        move_ticket(ticket=one, move=Move.PLAN, actor=alice)
    assert refused.value.code == "no_release"


def test_a_move_from_a_state_that_is_no_longer_so_is_a_conflict(ticket: Any, alice: Any) -> None:
    stale = ticket()
    move_ticket(ticket=stale, move=Move.TRIAGE, actor=alice)
    with pytest.raises(Conflict):
        move_ticket(ticket=stale, move=Move.TRIAGE, actor=alice)


def test_the_history_says_what_differs(ticket: Any, alice: Any) -> None:
    one = ticket("Old title")
    edit_ticket(ticket=one, title="New title", component="hubs", actor=alice)
    edit_ticket(ticket=one, title="New title", actor=alice)
    (entry,) = one.entries.filter(kind=EntryKind.CHANGE)
    assert entry.changes == [
        {"name": "title", "before": "Old title", "after": "New title"},
        {"name": "component", "before": "", "after": "hubs"},
    ]


def test_watchers_are_told_and_nobody_is_told_of_their_own_doing(
    ticket: Any, crew: Crew, charlie: Any, mails: Any
) -> None:
    alice, officer, rita = crew
    one = ticket("Secret title")
    for person in (officer, rita):
        comments.set_watching(ticket=one, person=person, watching=True)
    # Somebody who may not read it any more, but still stands among the watchers.
    one.watchers.add(charlie)
    comments.comment_on(ticket=one, body="Reproduced", actor=officer)
    told = mails("security/commented")
    assert {mail.recipient for mail in told} == {alice.email, rita.email}
    assert not [
        mail for mail in told if "Secret" in str(mail.context) or "Repro" in str(mail.context)
    ]


def test_only_who_can_work_on_it_is_given_a_ticket(
    ticket: Any, crew: Crew, charlie: Any, mails: Any
) -> None:
    alice, officer, rita = crew
    one = ticket()
    for nobody in (rita, charlie):
        with pytest.raises(Refused):
            assign_ticket(ticket=one, assignee=nobody, actor=alice)
    assert assign_ticket(ticket=one, assignee=officer, actor=alice).assignee == officer
    assert len(mails("security/assigned", officer.email)) == 1


def test_tickets_of_two_programmes_are_not_related(
    ticket: Any, platform: Any, dora: Any, alice: Any
) -> None:
    first, second = ticket(), ticket()
    relate_tickets(ticket=first, other=second, actor=alice)
    assert list(second.related.of(second.programme)) == [first]
    ours = create_ticket(programme=platform, title="Ours", source="scanner", actor=dora)
    with pytest.raises(Refused):
        relate_tickets(ticket=first, other=ours, actor=alice)


def test_a_customers_finding_is_shared_once_and_shows_only_how_far_it_is(
    ticket: Any, platform: Any, alice: Any, events: Any
) -> None:
    one = ticket("Cross-tenant read", source="customer", description="Steps")
    shared = share_ticket(ticket=one, platform=platform, actor=alice)
    assert (shared.programme, shared.source, shared.title, shared.vector) == (
        platform,
        "customer",
        "Cross-tenant read",
        CRITICAL,
    )
    assert (shared.reporter, list(shared.watchers.all())) == (None, [])
    with pytest.raises(Conflict):
        share_ticket(ticket=one, platform=platform, actor=alice)
    with pytest.raises(Conflict):
        share_ticket(ticket=shared, platform=platform, actor=alice)
    page = Browser().as_person(alice).get(f"{AT}tickets/{one.number}/").text
    assert "SEC-1 · Reported" in page
    assert "_platform" not in page
    assert len(events("security:ticket:shared")) == 1


def test_overdue_escalates_step_by_step_and_each_step_once(
    ticket: Any, crew: Crew, dora: Any, mails: Any
) -> None:
    alice, officer, rita = crew
    one = ticket()
    assign_ticket(ticket=one, assignee=officer, actor=officer)

    def told(days_late: int) -> list[str]:
        before = len(mails("security/due"))
        Ticket.objects.of(one.programme).update(due_on=today() - timedelta(days=days_late))
        escalation.escalate()
        escalation.escalate()
        return sorted(mail.recipient for mail in mails("security/due")[before:])

    assert told(-20) == []
    assert told(-2) == [officer.email]
    comments.set_watching(ticket=one, person=rita, watching=True)
    assert told(1) == sorted([alice.email, officer.email, rita.email])
    # Officers and owners of Acme; dora, who administers the platform, has not this work.
    assert told(8) == sorted([alice.email, officer.email])
    Ticket.objects.of(one.programme).update(state=State.CLOSED, evidence="x")
    assert told(9) == []


def test_what_nobody_has_rated_is_told_of_and_does_not_wait_for_ever(
    ticket: Any, crew: Crew, mails: Any
) -> None:
    alice, officer, _rita = crew

    def told() -> list[str]:
        before = len(mails("security/reminder"))
        reminders.remind()
        return sorted(mail.recipient for mail in mails("security/reminder")[before:])

    ticket()
    assert told() == []
    ticket("Secret title", vector="")
    first = ticket(vector="")
    assert (told(), told()) == (sorted([alice.email, officer.email]), [])
    assert "Secret" not in str(mails("security/reminder")[-1].context)
    assert "unrated" in str(mails("security/reminder")[-1].context)
    rate_ticket(ticket=first, severity="low", actor=alice)
    ticket(vector="")
    assert len(told()) == 2


def test_an_assignee_who_cannot_do_it_any_more_is_no_assignee_to_the_escalation(
    ticket: Any, acme: Any, crew: Crew, mails: Any
) -> None:
    alice, officer, _rita = crew
    one = ticket()
    assign_ticket(ticket=one, assignee=officer, actor=alice)
    remove_member(membership=Membership.objects.of(acme).get(user=officer), actor=alice)
    Ticket.objects.of(one.programme).update(due_on=today() + timedelta(days=1))
    escalation.escalate()
    assert [mail.recipient for mail in mails("security/due")] == [alice.email]


def test_of_a_fix_that_waits_for_its_verification_who_may_verify_it_is_told(
    fixed: Any, crew: Crew, mails: Any
) -> None:
    alice, officer, _rita = crew
    assign_ticket(ticket=fixed, assignee=alice, actor=alice)
    Ticket.objects.of(fixed.programme).update(due_on=today() + timedelta(days=1))
    escalation.escalate()
    assert [mail.recipient for mail in mails("security/due")] == [officer.email]


def test_what_was_over_and_is_owed_again_is_told_anew(ticket: Any, crew: Crew, mails: Any) -> None:
    alice, officer, _rita = crew
    one = move_ticket(ticket=ticket(), move=Move.TRIAGE, actor=alice)
    Ticket.objects.of(one.programme).update(due_on=today() - timedelta(days=9))

    def told() -> int:
        before = len(mails("security/due"))
        escalation.escalate()
        return len(mails("security/due")) - before

    assert (told(), told()) == (2, 0)
    until = today() + timedelta(days=30)
    needs = {"risk_owner": alice, "reason": "No fix yet", "accepted_until": until}
    accepted = move_ticket(ticket=one, move=Move.ACCEPT, actor=officer, **needs)
    assert told() == 0
    move_ticket(ticket=accepted, move=Move.REOPEN, reason="Exploited", actor=alice)
    assert (told(), told()) == (2, 0)


def test_reminders_are_forgotten_after_years(programme: Any) -> None:
    assert escalation.tell_once(programme, "x")
    assert not escalation.tell_once(programme, "x")
    Told.objects.update(at=timezone.now() - timedelta(days=900))
    escalation.forget_old()
    assert escalation.tell_once(programme, "x")


def test_whoever_may_work_on_tickets_is_found_behind_many_who_may_not(
    programme: Any, acme: Any, officer: Any, crowd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST", 2)
    monkeypatch.setattr(people, "_statement", people._statement.__wrapped__)  # as it is with that
    for person in crowd(10):
        RoleBinding.objects.create(user=person, role=RoleName.REPORTER, organization=acme)
    later = timezone.now() + timedelta(days=1)
    RoleBinding.objects.filter(user=officer).update(granted_at=later)
    staff = people.staff_of(programme, Permission.TICKETS_EDIT)
    assert [one.email for one in staff] == ["alice@example.com", officer.email]


def test_who_works_for_the_platform_is_named_to_who_may_read_people(
    owner: Browser, admin: Browser, acme: Any, ticket: Any, person: Any
) -> None:
    """Its customers neither choose nor find them, but for members of theirs; who was chosen stays."""
    eve, frank = person("eve"), person("frank")
    Membership.objects.create(organization=acme, user=frank)
    for user in (eve, frank):
        grant_role(user=user, role=RoleName.SECURITY_OFFICER, actor=None, scope=PLATFORM)
    one = ticket()
    for page in (f"{AT}tickets/", f"{AT}tickets/{one.number}/", f"{AT}risks/create/"):
        theirs, ours = owner.get(page).text, admin.get(page).text
        assert ("Eve" in theirs, "Frank" in theirs) == (False, True), page
        assert "Eve" in ours, page
    sent = admin.post(f"{AT}tickets/{one.number}/assign/", {"assignee": str(eve.pk)})
    one.refresh_from_db()
    assert (sent.status_code, one.assignee) == (302, eve)
    assert "Eve" in owner.get(f"{AT}tickets/{one.number}/").text
