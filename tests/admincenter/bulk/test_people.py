"""Many people at once: chosen, looked at, done in the background, and taken back."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.models import Invitation, Membership
from accounts.access.roles import RoleName
from accounts.access.services import grant_role, set_active
from accounts.models import User
from accounts.organizations.services import create_organization, create_site
from accounts.standing.services import lock_down_person
from mago.jobs import running
from mago.jobs.models import Item, Job, State
from tests.conftest import Browser

LIST = "Mail;Sede;Ruolo\nann@example.com;Hall;Technician\nBEN@example.com;;\nnobody;;\nann@example.com;;\n"


@pytest.fixture
def acme(alice: Any) -> Any:
    organization = create_organization(name="Acme", owner=alice, actor=alice)
    create_site(organization=organization, name="Hall", actor=alice)
    return organization


def choose(browser: Browser, **data: Any) -> Job:
    response = browser.post("/admincenter/people/choose/", data)
    assert response.status_code == 302, response.content
    job = Job.objects.latest("created_at")
    assert response["Location"] == f"/admincenter/jobs/{job.pk}/"
    return job


def start(browser: Browser, job: Job, reason: str = "left the company") -> Any:
    return browser.post(f"/admincenter/jobs/{job.pk}/start/", {"reason": reason})


def outcomes(job: Job) -> dict[str, tuple[str, str]]:
    return {item.label: (item.outcome, item.message) for item in job.items.all()}


def active() -> set[str]:
    return {person.email.split("@")[0] for person in User.objects.filter(is_active=True)}


def test_those_who_are_ticked_are_disabled_and_enabled_again(
    admin: Browser, alice: Any, bob: Any, charlie: Any
) -> None:
    job = choose(admin, work="people.disable", row=[str(alice.pk), str(bob.pk)])
    page = admin.get(f"/admincenter/jobs/{job.pk}/")
    assert b"alice@example.com" in page.content
    assert b"Do it: 2 items" in page.content
    assert active() == {"alice", "bob", "charlie", "dora"}
    assert start(admin, job).status_code == 302
    running.run(job.pk)
    assert active() == {"charlie", "dora"}
    undone = admin.post(f"/admincenter/jobs/{job.pk}/undo/")
    running.run(Job.objects.latest("created_at").pk)
    assert active() == {"alice", "bob", "charlie", "dora"}
    assert undone["Location"] != f"/admincenter/jobs/{job.pk}/"
    assert b"This was taken back." in admin.get(f"/admincenter/jobs/{job.pk}/").content


def test_all_that_the_filters_find_are_meant_and_nobody_else(
    admin: Browser, crowd: Any, alice: Any
) -> None:
    crowd(60)
    job = choose(admin, work="people.end_sessions", everything="on", q="crowd", state="active")
    assert job.total == 60
    assert not job.items.filter(label="alice@example.com").exists()


def test_the_dry_run_says_who_is_left_out_and_why(
    admin: Browser, dora: Any, alice: Any, bob: Any
) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    chosen = [str(one.pk) for one in (dora, alice, bob)]
    job = choose(admin, work="people.disable", row=chosen)
    found = outcomes(job)
    # Nothing was tried yet, so that nothing is "not done".
    rows = admin.get(f"/admincenter/jobs/{job.pk}/").text.partition("<tbody>")[2]
    assert rows.count("Left out") == 2
    assert "Not done" not in rows
    assert found["alice@example.com"] == ("waiting", "")
    assert found["dora@example.com"][0] == found["bob@example.com"][0] == "refused"
    assert "yourself" in found["dora@example.com"][1]


def test_what_changed_since_the_dry_run_is_asked_again(
    admin: Browser, dora: Any, alice: Any
) -> None:
    """Rights and ranks count when it is done, not when it was looked at."""
    job = choose(admin, work="people.disable", row=[str(alice.pk)])
    start(admin, job)
    dora.role_bindings.all().delete()
    running.run(job.pk)
    assert outcomes(job)["alice@example.com"][0] == "refused"
    assert "alice" in active()


def test_a_disabled_administrators_job_does_nothing(admin: Browser, dora: Any, alice: Any) -> None:
    job = choose(admin, work="people.disable", row=[str(alice.pk)])
    start(admin, job)
    User.objects.filter(pk=dora.pk).update(is_active=False)
    running.run(job.pk)
    assert "alice" in active()


def test_a_start_takes_a_reason_and_a_fresh_proof(admin: Browser, dora: Any, alice: Any) -> None:
    from accounts.sessions.models import Session

    job = choose(admin, work="people.disable", row=[str(alice.pk)])
    refused = start(admin, job, reason="")
    assert refused.status_code == 400
    ways = [str(crumb.title) for crumb in refused.context["crumbs"]]
    assert ways == ["Overview", "Background jobs", "Disable people"]
    Session.objects.filter(user=dora).update(proved_at=timezone.now() - timedelta(minutes=11))
    asked = start(admin, job)
    assert asked.status_code == 302
    assert "reauthenticate" in asked["Location"]
    job.refresh_from_db()
    assert job.state == State.DRAFT


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"work": "people.disable"},
        {"work": "people.fly", "row": "x"},
        {"work": "people.disable", "row": "x"},
    ],
    ids=str,
)
def test_a_choice_that_is_none_does_nothing(admin: Browser, data: dict[str, str]) -> None:
    response = admin.post("/admincenter/people/choose/", data, follow=True)
    assert response.status_code == 200
    assert not Job.objects.exists()


def test_a_stranger_neither_chooses_nor_sees_a_job(
    browser: Browser, admin: Browser, alice: Any, charlie: Any, acme: Any
) -> None:
    job = choose(admin, work="people.disable", row=[str(charlie.pk)])
    stranger, owner = Browser().as_person(charlie), Browser().as_person(alice)
    assert stranger.post("/admincenter/people/choose/", {}).status_code == 403
    assert stranger.get(f"/admincenter/jobs/{job.pk}/").status_code == 403
    # Who administers an organization gets to the page of jobs, and to none but their own.
    assert owner.get("/admincenter/jobs/").status_code == 200
    for path in ("", "progress/"):
        assert owner.get(f"/admincenter/jobs/{job.pk}/{path}").status_code == 404
    for path in ("start/", "cancel/", "undo/"):
        assert owner.post(f"/admincenter/jobs/{job.pk}/{path}").status_code == 404


def test_a_draft_that_was_discarded_says_that_nothing_was_begun(admin: Browser, alice: Any) -> None:
    job = choose(admin, work="people.disable", row=[str(alice.pk)])
    admin.post(f"/admincenter/jobs/{job.pk}/cancel/")
    page = admin.get(f"/admincenter/jobs/{job.pk}/").text
    rows = page.partition("<tbody>")[2]
    assert "Never begun" in rows
    assert "Waiting" not in rows


def test_the_page_follows_a_job_and_loads_itself_anew_at_its_end(
    admin: Browser, alice: Any
) -> None:
    job = choose(admin, work="people.disable", row=[str(alice.pk)])
    start(admin, job)
    going = admin.get(f"/admincenter/jobs/{job.pk}/progress/")
    assert b"<progress" in going.content
    assert "HX-Refresh" not in going
    running.run(job.pk)
    assert admin.get(f"/admincenter/jobs/{job.pk}/progress/")["HX-Refresh"] == "true"


def test_a_list_of_members_is_matched_looked_at_and_invited(
    alice: Any, acme: Any, mails: Any
) -> None:
    owner = Browser().as_person(alice)
    path = f"/admincenter/organizations/{acme.slug}/members/import/"
    matched = owner.post(path, {"text": LIST})
    form = matched.context["form"]
    assert "Mail, such as “" in matched.text
    assert (form["column_email"].initial, form["column_role"].initial) == ("Mail", "Ruolo")
    sent = {"text": LIST, "role": "guest"}
    sent |= {"column_email": "Mail", "column_role": "Ruolo", "column_site": "Sede"}
    assert owner.post(path, sent).status_code == 302
    job = Job.objects.get()
    assert [item.outcome for item in job.items.order_by("number")] == [
        "waiting",
        "waiting",
        "refused",
        "refused",
    ]
    assert not Invitation.objects.of(acme).exists()
    start(owner, job, reason="the new season")
    running.run(job.pk)
    invited = {i.email: (i.role, str(i.site or "")) for i in Invitation.objects.of(acme)}
    assert invited == {
        "ann@example.com": ("technician", "Hall"),
        "ben@example.com": ("guest", ""),
    }
    assert len(mails("access/invitation")) == 2
    owner.post(f"/admincenter/jobs/{job.pk}/undo/")
    running.run(Job.objects.latest("created_at").pk)
    assert not Invitation.objects.of(acme).filter(closed_at=None).exists()


@pytest.mark.parametrize("text", ["", "\x00", 'mail\n"unclosed', "," * 10, "mail\n" * 3], ids=repr)
def test_what_is_no_list_is_refused_beside_its_field(alice: Any, acme: Any, text: str) -> None:
    owner = Browser().as_person(alice)
    path = f"/admincenter/organizations/{acme.slug}/members/import/"
    sent = {"text": text, "column_email": "mail", "role": "guest"}
    for answer in (owner.post(path, {"text": text}), owner.post(path, sent, follow=True)):
        assert answer.status_code in (200, 400)
    assert not Item.objects.filter(outcome="waiting").exists()


def test_who_may_invite_guests_only_gives_no_other_role(alice: Any, bob: Any, acme: Any) -> None:
    from accounts.access.services import create_custom_role

    Membership.objects.create(organization=acme, user=bob)
    grant_role(user=bob, role=RoleName.GUEST, scope=acme.access_scope, actor=None)
    asking = create_custom_role(
        organization=acme, name="Asks", permissions=["members:invite", "roles:bind"], actor=alice
    )
    grant_role(user=bob, role=asking, scope=acme.access_scope, actor=None)
    path = f"/admincenter/organizations/{acme.slug}/members/import/"
    sent = {
        "text": "mail,role\na@example.com,guest\nb@example.com,organization_owner\n",
        "role": "guest",
    }
    Browser().as_person(bob).post(path, sent | {"column_email": "mail", "column_role": "role"})
    assert [item.outcome for item in Item.objects.order_by("number")] == ["waiting", "refused"]


def test_nobody_is_signed_out_by_their_own_job(admin: Browser, dora: Any, alice: Any) -> None:
    Browser().as_person(alice)
    job = choose(admin, work="people.end_sessions", row=[str(dora.pk), str(alice.pk)])
    assert {label for label, told in outcomes(job).items() if told[1]} == {dora.email}
    admin.post("/admincenter/sessions/choose/", {"work": "sessions.end", "everything": "on"})
    ending = Job.objects.latest("created_at")
    assert [item.outcome for item in ending.items.order_by("label")] == ["waiting", "refused"]


def test_who_was_disabled_anew_since_is_not_enabled_by_an_undo(
    admin: Browser, dora: Any, alice: Any, bob: Any
) -> None:
    job = choose(admin, work="people.disable", row=[str(alice.pk), str(bob.pk)])
    start(admin, job)
    running.run(job.pk)
    bob.refresh_from_db()
    set_active(user=bob, active=True, actor=dora)
    set_active(user=bob, active=False, actor=dora, reason="compromised, keep out")
    admin.post(f"/admincenter/jobs/{job.pk}/undo/")
    back = Job.objects.get(undoes=job)
    running.run(back.pk)
    assert outcomes(back)[bob.email] == ("refused", "Somebody has changed this since.")
    assert active() == {"alice", "dora"}


def test_who_was_shut_out_otherwise_is_not_said_to_be_enabled(
    admin: Browser, alice: Any, dora: Any
) -> None:
    lock_down_person(person=alice, reason="odd", actor=dora)
    job = choose(admin, work="people.enable", row=[str(alice.pk)])
    assert "lift that, or restore it" in outcomes(job)[alice.email][1]
