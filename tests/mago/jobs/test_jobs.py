"""Jobs: looked at first, each item done once whatever dies meanwhile, stopped, and taken back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from mago.audit.models import AuditEvent
from mago.core.context import Caller, caller, calling
from mago.core.errors import Conflict, NotFound, Refused
from mago.jobs import running, services
from mago.jobs.kinds import Work, work_class
from mago.jobs.models import Item, Job, Outcome, State
from mago.jobs.selectors import figures_of, items_of, job_for
from mago.jobs.services import Draft

DONE: list[str] = []


class Rename(Work):
    """Whoever the subject names gets the name of the options; "stuck" cannot be renamed."""

    title = "Rename"
    undone_by = "test.rename_back"

    def do(self, item: Item) -> None:
        User.objects.filter(email=item.subject).update(name=self.job.options["name"])
        DONE.append(f"{item.subject} by {caller().address}")
        if item.label == "stuck":
            raise Refused("It is stuck.")
        if item.label == "crash":
            raise ZeroDivisionError


class RenameBack(Work):
    title = "Rename back"

    def do(self, item: Item) -> None:
        User.objects.filter(email=item.subject).update(name="Before")


@pytest.fixture(autouse=True)
def kinds(settings: Any) -> None:
    DONE.clear()
    work_class.cache_clear()
    settings.BULK_WORK = {
        "test.rename": f"{__name__}.Rename",
        "test.rename_back": f"{__name__}.RenameBack",
    }


@pytest.fixture
def draft(alice: Any, bob: Any) -> Callable[..., Job]:
    def make(*labels: str, **options: Any) -> Job:
        items = [Draft(label, f"{label}@example.com") for label in labels]
        with calling(Caller(address="192.0.2.7", via="session", strength=2)):
            return services.draft_job("test.rename", items, actor=alice, name="New", **options)

    return make


def names() -> list[str]:
    return list(User.objects.order_by("email").values_list("name", flat=True))


def test_a_draft_does_nothing_and_a_started_job_everything(
    draft: Callable[..., Job], alice: Any
) -> None:
    job = draft("alice", "bob")
    running.run(job.pk)
    assert names() == ["Alice", "Bob"]
    with calling(Caller(address="192.0.2.8", via="session", strength=2)):
        services.start_job(job, actor=alice, reason="asked to")
    assert running.due_jobs() == [job.pk]
    running.run(job.pk)
    job.refresh_from_db()
    assert (names(), job.state, running.due_jobs()) == (["New", "New"], State.DONE, [])
    # As the one who started it, from where they did.
    assert DONE == ["alice@example.com by 192.0.2.8", "bob@example.com by 192.0.2.8"]
    started = AuditEvent.objects.get(tag="jobs:job:started")
    assert (started.detail["items"], started.detail["reason"]) == (2, "asked to")


def test_what_goes_wrong_with_one_holds_up_no_other_and_leaves_nothing_half_done(
    draft: Callable[..., Job], alice: Any, person: Callable[..., Any]
) -> None:
    person("stuck")
    job = draft("alice", "stuck", "bob")
    services.start_job(job, actor=alice)
    running.run(job.pk)
    assert names() == ["New", "New", "Stuck"]
    (stuck,) = items_of(job, Outcome.REFUSED)
    assert (stuck.label, stuck.message) == ("stuck", "It is stuck.")
    assert figures_of(job) == {"waiting": 0, "done": 2, "refused": 1}


def test_who_follows_a_worker_that_died_does_each_item_once(
    draft: Callable[..., Job], alice: Any
) -> None:
    job = draft("alice", "bob")
    services.start_job(job, actor=alice)
    leased = running._lease(job.pk)
    assert leased is not None
    first = items_of(job).first()
    assert first is not None
    running._do(Rename(leased), first)
    assert running._lease(job.pk) is None
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        assert running.due_jobs() == [job.pk]
        running.run(job.pk)
    assert [one.split("@")[0] for one in DONE] == ["alice", "bob"]
    # The first one wakes up: what it held is somebody else's by now.
    assert not running._ours(leased).exists()


def test_an_error_of_ours_ends_the_job_and_says_so(draft: Callable[..., Job], alice: Any) -> None:
    job = draft("alice", "crash", "bob")
    services.start_job(job, actor=alice)
    running.run(job.pk)
    job.refresh_from_db()
    assert (job.state, names()) == (State.FAILED, ["New", "Bob"])
    assert figures_of(job)["waiting"] == 2


def test_a_job_that_is_stopped_does_nothing_further(draft: Callable[..., Job], alice: Any) -> None:
    job = draft("alice", "bob")
    services.start_job(job, actor=alice)
    services.cancel_job(job, actor=alice)
    running.run(job.pk)
    assert names() == ["Alice", "Bob"]
    for again in (services.start_job, services.cancel_job):
        with pytest.raises(Conflict):
            again(job, actor=alice)


def test_what_was_done_is_taken_back_once(draft: Callable[..., Job], alice: Any) -> None:
    job = draft("alice", "bob")
    with pytest.raises(Conflict):
        services.undo_job(job, actor=alice)
    services.start_job(job, actor=alice)
    running.run(job.pk)
    undoing = services.undo_job(job, actor=alice)
    running.run(undoing.pk)
    assert names() == ["Before", "Before"]
    for never in (job, undoing):  # nor is the taking back taken back
        with pytest.raises(Conflict), transaction.atomic():
            services.undo_job(never, actor=alice)


def test_nothing_and_too_much_are_refused(
    draft: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_ITEMS", 1)
    for labels in ([], ["alice", "bob"]):
        with pytest.raises(Refused):
            draft(*labels)
    assert not Job.objects.exists()


def test_a_job_is_its_actors_own(draft: Callable[..., Job], alice: Any, bob: Any) -> None:
    job = draft("alice")
    assert job_for(alice.pk, job.pk) == job
    with pytest.raises(NotFound):
        job_for(bob.pk, job.pk)


def test_drafts_are_forgotten_in_a_day_and_jobs_in_ninety(
    draft: Callable[..., Job], alice: Any
) -> None:
    left, done = draft("alice"), draft("bob")
    services.start_job(done, actor=alice)
    running.run(done.pk)
    for days, kept in ((0.5, {left.pk, done.pk}), (2, {done.pk}), (91, set())):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            services.remove_old()
        assert set(Job.objects.values_list("pk", flat=True)) == kept


def test_nothing_is_done_once_a_job_is_stopped_so_that_all_of_it_can_be_taken_back(
    draft: Callable[..., Job], alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = draft("alice", "bob", "carol")
    services.start_job(job, actor=alice)
    do, undoing = running._do, []

    def then_stop(work: Work, item: Item) -> bool:
        done = do(work, item)
        if not undoing:
            services.cancel_job(job, actor=alice)
            undoing.append(services.undo_job(job, actor=alice))
        return done

    monkeypatch.setattr(running, "_do", then_stop)
    running.run(job.pk)
    assert [item.outcome for item in job.items.order_by("number")] == ["done", "waiting", "waiting"]
    assert undoing[0].total == 1


def test_a_kind_that_only_newer_workers_know_waits_for_them(
    draft: Callable[..., Job], alice: Any, settings: Any
) -> None:
    job = draft("alice")
    services.start_job(job, actor=alice)
    known = settings.BULK_WORK
    settings.BULK_WORK = {}
    work_class.cache_clear()
    running.run(job.pk)
    job.refresh_from_db()
    assert job.state == State.WAITING
    settings.BULK_WORK = known
    running.run(job.pk)
    job.refresh_from_db()
    assert job.state == State.DONE
