"""Many tickets at once: chosen, looked at, done in the background, and taken back where it can be."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.access.models import RoleBinding
from admincenter.security.models import Entry, Ticket
from admincenter.security.models.tickets import today
from mago.jobs import running
from mago.jobs.models import Job
from tests.admincenter.api.conftest import app_of, nothing_is_remembered
from tests.conftest import Browser

from .conftest import AT, Crew

__all__ = ["app_of", "nothing_is_remembered"]
LIST = f"{AT}tickets/"


def choose(browser: Browser, *tickets: Ticket, **data: Any) -> Job:
    sent = data | {"ticket": [str(one.pk) for one in tickets]}
    response = browser.post(f"{LIST}choose/", sent)
    job = Job.objects.latest("created_at")
    assert response["Location"] == f"/admincenter/jobs/{job.pk}/", response.content
    return job


def run(browser: Browser, job: Job, reason: str = "the new person does it") -> dict[str, str]:
    """What became of each ticket; "" for what was done."""
    assert browser.post(f"/admincenter/jobs/{job.pk}/start/", {"reason": reason}).status_code == 302
    running.run(job.pk)
    return told(job)


def told(job: Job) -> dict[str, str]:
    return {item.label.partition(" ")[0]: item.message for item in job.items.order_by("number")}


def undo(browser: Browser, job: Job) -> dict[str, str]:
    assert browser.post(f"/admincenter/jobs/{job.pk}/undo/").status_code == 302
    back = Job.objects.latest("created_at")
    assert back.undoes_id == job.pk
    running.run(back.pk)
    return told(back)


def states(programme: Any) -> list[str]:
    return list(Ticket.objects.of(programme).order_by("number").values_list("state", flat=True))


def test_tickets_are_given_to_somebody_and_back_but_not_over_a_later_change(
    owner: Browser, programme: Any, ticket: Any, crew: Crew
) -> None:
    one, two, _other = ticket("One"), ticket("Two"), ticket("Three")
    page = owner.get(LIST).text
    assert f'value="assign:{crew.officer.pk}"' in page
    assert f'value="{one.pk}" form="chosen"' in page
    job = choose(owner, one, two, what=f"assign:{crew.officer.pk}")
    assert not Ticket.objects.of(programme).exclude(assignee=None).exists()
    assert run(owner, job) == {"SEC-1": "", "SEC-2": ""}
    assert set(Ticket.objects.of(programme).filter(assignee=crew.officer)) == {one, two}
    Ticket.objects.of(programme).filter(pk=two.pk).update(assignee=crew.alice)
    back = undo(owner, job)
    assert (back["SEC-1"], "since" in back["SEC-2"]) == ("", True)
    assert list(Ticket.objects.of(programme).exclude(assignee=None)) == [two]


def test_the_dry_run_says_which_ticket_cannot_move_on_and_why(
    owner: Browser, programme: Any, ticket: Any, release: Any
) -> None:
    ticket("Rated"), ticket("Unrated", vector="")
    job = choose(owner, what="triage", everything="on", order="", q="rated")
    assert told(job)["SEC-1"] == ""
    assert "Rate the ticket first" in told(job)["SEC-2"]
    run(owner, job)
    assert states(programme) == ["triaged", "reported"]
    planned = choose(owner, what=f"plan:{release.pk}", everything="on")
    assert "another state" in run(owner, planned)["SEC-2"]
    assert states(programme) == ["planned", "reported"]
    assert Ticket.objects.of(programme).get(number=1).release == release


def test_what_was_rejected_is_reopened_by_one_press(
    owner: Browser, programme: Any, ticket: Any
) -> None:
    job = choose(owner, ticket("Noise"), ticket("More"), what="reject")
    run(owner, job, reason="the scanner is wrong")
    assert states(programme) == ["rejected", "rejected"]
    assert set(Ticket.objects.of(programme).values_list("reason", flat=True)) == {
        "the scanner is wrong"
    }
    undo(owner, job)
    assert states(programme) == ["reported", "reported"]
    again = Job.objects.latest("created_at")
    refused = owner.post(f"/admincenter/jobs/{again.pk}/undo/", follow=True)
    assert "cannot be taken back" in refused.text


def test_a_due_date_is_set_for_a_reason_that_the_history_keeps(
    owner: Browser, programme: Any, ticket: Any, fixed: Any
) -> None:
    late, day = ticket("Late"), today() + timedelta(days=20)
    before = late.due_on
    nothing = owner.post(f"{LIST}choose/", {"what": "due", "ticket": str(late.pk)}, follow=True)
    assert "Choose a day from today on" in nothing.text
    job = choose(owner, late, what="due", due_on=day.isoformat())
    run(owner, job, reason="the vendor delivers then")
    assert Ticket.objects.of(programme).get(pk=late.pk).due_on == day
    assert Entry.objects.filter(ticket=late, body="the vendor delivers then").exists()
    undo(owner, job)
    assert Ticket.objects.of(programme).get(pk=late.pk).due_on == before


def test_who_reads_chooses_nothing_and_rights_are_asked_again_when_it_is_done(
    programme: Any, ticket: Any, crew: Crew
) -> None:
    one, rita, officer = ticket(), Browser().as_person(crew.rita), Browser().as_person(crew.officer)
    assert 'form="chosen"' not in rita.get(LIST).text
    rita.post(f"{LIST}choose/", {"what": "triage", "ticket": str(one.pk)})
    assert not Job.objects.exists()
    job = choose(officer, one, what="triage")
    RoleBinding.objects.filter(user=crew.officer).delete()
    officer.post(f"/admincenter/jobs/{job.pk}/start/", {"reason": "x"})
    running.run(job.pk)
    assert states(programme) == ["reported"]


@pytest.mark.parametrize("sent", [{}, {"what": "verify"}, {"what": "triage", "ticket": "x"}, {"what": "plan:x"}])  # fmt: skip
def test_a_choice_that_is_none_does_nothing(owner: Browser, ticket: Any, sent: Any) -> None:
    ticket()
    assert "Nothing was done" in owner.post(f"{LIST}choose/", sent, follow=True).text
    assert not Job.objects.exists()


def test_programs_draft_the_same_jobs_for_people(
    app_of: Any, programme: Any, ticket: Any, crew: Crew, charlie: Any
) -> None:
    acme = programme.organization
    one, here, app = ticket(), f"organizations/{acme.pk}/tickets/jobs", app_of(crew.alice)
    body = {"kind": "tickets.assign", "tickets": [str(one.pk)], "assignee": crew.officer.email}
    made = app.post(here, body).json()
    assert (made["state"], made["waiting"], made["organization"]) == ("draft", 1, str(acme.pk))
    app.post(f"jobs/{made['id']}/start", {"reason": "x"})
    running.run(made["id"])
    assert Ticket.objects.of(programme).get().assignee == crew.officer
    for wrong, field in (
        ({"kind": "tickets.plan", "filters": {}}, "release"),
        ({"kind": "tickets.due", "filters": {}, "due_on": "2001-01-01"}, "due_on"),
        ({"kind": "tickets.triage"}, "tickets"),
        ({"kind": "tickets.assign", "filters": {}, "assignee": charlie.email}, "assignee"),
    ):
        answer = app.post(here, wrong)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert app_of(crew.rita).post(here, body).status_code == 403
    assert app_of(charlie).post(here, body).status_code == 404
