"""A list of people is imported some lines at once: as each line by itself, and in few statements."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.access.models import Invitation, Membership
from accounts.access.roles import RoleName
from accounts.access.services import Guest, grant_role, invite, invite_all, inviting
from accounts.models import User
from accounts.organizations.services import create_site
from admincenter.bulk.members import Invite, draft
from mago.audit.models import AuditName
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Forbidden, Refused
from mago.core.ratelimit import Limit
from mago.jobs import running
from mago.jobs.models import Job, Outcome
from mago.jobs.services import start_job, undo_job

COLUMNS = {"email": "email"}


def job_of(acme: Any, actor: Any, *names: str) -> Job:
    text = "email\n" + "".join(f"{name}@example.com\n" for name in names)
    return draft(acme, text, COLUMNS, RoleName.GUEST, actor=actor)


def run(acme: Any, actor: Any, *names: str) -> Job:
    job = job_of(acme, actor, *names)
    start_job(job, actor=actor)
    running.run(job.pk)
    return job


def told(job: Job) -> list[str]:
    return [item.message or item.outcome for item in job.items.order_by("number")]


def test_each_line_is_mailed_told_and_answered_for_itself(
    acme: Any, alice: Any, mails: Any, events: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inviting, "ONE_ADDRESS", Limit("test", 1, 3600))
    invite(organization=acme, email="eve@example.com", role=RoleName.GUEST, actor=alice)
    job = job_of(acme, alice, "ann", "eve", "charlie", "dan")
    # Meanwhile one of them has become a member.
    charlie = User.objects.create(email="charlie@example.com")
    Membership.objects.create(organization=acme, user=charlie)
    start_job(job, actor=alice)
    running.run(job.pk)
    ann, eve, member, dan = told(job)
    assert (ann, dan) == ("done", "done")
    assert member == "This person is a member already."
    assert eve.startswith("Too many")
    sent = events(Tag.INVITATION_SENT)
    assert [mail.recipient for mail in mails("invitation")] == [
        f"{name}@example.com" for name in ("eve", "ann", "dan")
    ]
    assert [event.actor_id for event in sent] == [alice.pk] * 3
    # The trail names nobody; what is behind its pseudonyms is written once a text.
    name = AuditName.objects.get(text="ann@example.com")
    assert sent[1].target_label == name.pseudonym
    # The secrets are each their own, and open their own invitation.
    links = {mail.recipient: mail.context for mail in mails("invitation")}
    assert len(set(links.values())) == 3


def test_many_lines_take_as_many_statements_as_few(acme: Any, alice: Any) -> None:
    def asked(*names: str) -> int:
        job = job_of(acme, alice, *names)
        start_job(job, actor=alice)
        with CaptureQueriesContext(connection) as queries:
            running.run(job.pk)
        assert told(job) == ["done"] * len(names)
        return len(queries)

    assert asked(*(f"one{n}" for n in range(2))) == asked(*(f"two{n}" for n in range(40)))


def test_what_stands_against_all_is_said_of_each(acme: Any, alice: Any, mails: Any) -> None:
    job = job_of(acme, alice, "ann", "eve")
    start_job(job, actor=alice)
    type(acme).objects.filter(pk=acme.pk).update(is_active=False)
    running.run(job.pk)
    assert job.items.filter(outcome=Outcome.REFUSED).count() == 2
    assert set(told(job)) - {"waiting", "done"} == set(told(job))
    assert not mails("invitation")


def test_what_fails_for_one_is_done_for_the_others(
    acme: Any, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else invites one of them at this moment: the lines are done one by one."""
    calls = []
    whole = Invitation.objects.__class__.bulk_create

    def bulk_create(self: Any, rows: list[Any], **options: Any) -> Any:
        calls.append(len(rows))
        if any(row.email == "eve@example.com" for row in rows):
            raise IntegrityError
        return whole(self, rows, **options)

    monkeypatch.setattr(Invitation.objects.__class__, "bulk_create", bulk_create)
    job = run(acme, alice, "ann", "eve", "dan")
    assert told(job)[::2] == ["done", "done"]
    assert told(job)[1].startswith("Somebody else invites this person")
    assert calls == [3, 1, 1, 1]


def test_an_import_is_done_once_and_taken_back(acme: Any, alice: Any, mails: Any) -> None:
    job = run(acme, alice, "ann", "eve")
    Job.objects.filter(pk=job.pk).update(state="waiting")
    running.run(job.pk)
    assert len(mails("invitation")) == 2
    undone = undo_job(Job.objects.get(pk=job.pk), actor=alice)
    running.run(undone.pk)
    assert not Invitation.objects.of(acme).filter(closed_at=None).exists()


def test_an_address_twice_at_once_is_a_conflict(acme: Any, alice: Any) -> None:
    guests = [Guest(email, RoleName.GUEST) for email in ("ann@example.com", "ANN@example.com")]
    with pytest.raises(Conflict), transaction.atomic():
        invite_all(organization=acme, guests=guests, actor=alice)
    assert not Invitation.objects.of(acme).exists()


def test_who_may_not_invite_invites_nobody(acme: Any, bob: Any) -> None:
    guests = [Guest("ann@example.com", RoleName.GUEST)]
    with pytest.raises(Refused):
        invite_all(organization=acme, guests=guests, actor=bob)
    assert not Invitation.objects.of(acme).exists()


def test_rights_that_are_lost_on_the_way_invite_nobody_more(
    acme: Any, alice: Any, bob: Any, mails: Any
) -> None:
    role = grant_role(
        user=bob, role=RoleName.ORGANIZATION_OWNER, actor=alice, scope=acme.access_scope
    )
    work = Invite(job_of(acme, bob, "ann", "ben"))
    ann, ben = work.job.items.order_by("number")
    assert work.do_all([ann]) == {}
    role.delete()
    with pytest.raises(Forbidden):
        work.do_all([ben])
    assert [mail.recipient for mail in mails("invitation")] == ["ann@example.com"]


def test_a_site_that_is_gone_is_said_of_its_line(acme: Any, alice: Any) -> None:
    hall = create_site(organization=acme, name="Hall", actor=alice)
    text = "email,site\nann@example.com,Hall\nben@example.com,\n"
    columns = {"email": "email", "site": "site"}
    job = draft(acme, text, columns, RoleName.GUEST, actor=alice)
    hall.delete()
    start_job(job, actor=alice)
    running.run(job.pk)
    assert told(job) == ["There is no such site.", "done"]
