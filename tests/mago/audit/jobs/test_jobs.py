"""Exports and verifications in the background: done once, by one worker, whatever dies in between."""

import json
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from time_machine import travel

from mago.audit import exporting
from mago.audit.exporting import Format
from mago.audit.jobs import running, services
from mago.audit.jobs.files import path_of
from mago.audit.jobs.services import request_export, request_verification
from mago.audit.models import AuditEvent, AuditJob, JobState
from mago.audit.services import Outcome, Tag, seal
from mago.core.context import Caller, calling
from mago.core.errors import Conflict
from mago.core.ids import new_id
from tests.mago.audit.conftest import Tamper


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_EXPORT_DIR = tmp_path / "exports"
    return tmp_path / "exports"


def asked(who: Any, /, **filters: Any) -> AuditJob:
    return request_export(format=Format.JSONL, filters=filters, actor=who)


def done(job: AuditJob) -> AuditJob:
    for job_id in running.due_jobs():
        running.run(job_id)
    job.refresh_from_db()
    return job


def test_an_export_becomes_a_file_that_only_we_may_read(
    five: list[AuditEvent], alice: SimpleNamespace
) -> None:
    job = done(asked(alice, tag=Tag.SIGN_IN_FAILED))
    path = path_of(job)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["id"] for line in lines[1:-1]] == [event.id for event in five]
    assert job.state == JobState.DONE
    assert job.answer == {"lines": 7, "bytes": path.stat().st_size}
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_an_export_is_recorded_once_with_who_asked_from_where(
    five: list[AuditEvent], alice: SimpleNamespace, events: Any
) -> None:
    with calling(Caller("request-7", "192.0.2.7")):
        job = asked(alice, actor=alice.pk, since=five[0].time)
    done(job)
    (event,) = events(Tag.AUDIT_EXPORTED)
    assert (event.actor_id, event.address) == (alice.pk, "192.0.2.7")
    assert event.detail["filters"]["actor"] == str(alice.pk)
    assert job.question["filters"]["since"] == five[0].time.isoformat()


def test_an_export_of_an_organization_holds_nothing_else(
    five: list[AuditEvent], alice: SimpleNamespace
) -> None:
    job = request_export(format=Format.CSV, filters={}, actor=alice, organization_id=new_id())
    done(job)
    rows = path_of(job).read_text().splitlines()
    assert len(rows) == 2  # The heads, and that somebody asked for this.
    assert Tag.AUDIT_EXPORTED in rows[1]


def test_one_waits_for_one_export_at_a_time(db: None, alice: SimpleNamespace) -> None:
    job = asked(alice)
    with pytest.raises(Conflict):
        asked(alice)
    asked(SimpleNamespace(pk=new_id(), email="bob@example.com"))
    done(job)
    asked(alice)


def test_nobody_fills_the_disk(db: None, alice: SimpleNamespace, folder: Path, events: Any) -> None:
    jobs = [done(asked(alice)) for _ in range(services.KEPT + 2)]
    assert {path.stem for path in folder.iterdir()} == {str(job.pk) for job in jobs[2:]}
    gone = {event.target_id for event in events(Tag.AUDIT_EXPORT_DELETED)}
    assert gone == {str(job.pk) for job in jobs[:2]}


def test_two_workers_do_not_do_the_same(db: None, alice: SimpleNamespace) -> None:
    job = asked(alice)
    (job_id,) = running.due_jobs()
    assert running._lease(job_id)
    assert running.due_jobs() == []
    running.run(job_id)
    assert not path_of(job).exists()


def test_what_a_dead_worker_left_is_begun_anew_but_not_for_ever(
    db: None, alice: SimpleNamespace
) -> None:
    job = asked(alice)
    for attempt in range(running.MOST_ATTEMPTS):
        with travel(timezone.now() + attempt * 2 * running.LEASE, tick=False):
            (job_id,) = running.due_jobs()
            assert running._lease(job_id)
    with travel(timezone.now() + timedelta(days=1), tick=False):
        done(job)
    assert (job.state, job.error) == (JobState.FAILED, "interrupted")


def test_a_job_that_is_deleted_stops_and_leaves_nothing(
    five: list[AuditEvent], alice: SimpleNamespace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(alice)
    lines_of = exporting.lines_of

    def deleted_meanwhile(*args: Any, **kwargs: Any) -> Any:
        services.delete_job(AuditJob.objects.get(), actor=alice)
        return lines_of(*args, **kwargs)

    monkeypatch.setattr(running, "lines_of", deleted_meanwhile)
    running.run(job.pk)
    assert not AuditJob.objects.exists()
    assert list(folder.iterdir()) == []


def test_who_deletes_an_export_is_recorded_once(
    db: None, alice: SimpleNamespace, events: Any
) -> None:
    job = request_export(format=Format.CSV, filters={}, actor=alice, organization_id=new_id())
    again = AuditJob.objects.get()
    services.delete_job(job, actor=alice)
    services.delete_job(again, actor=alice)
    (event,) = events(Tag.AUDIT_EXPORT_DELETED)
    assert (event.actor_id, event.target_id) == (alice.pk, str(again.pk))
    assert event.organization_id == again.organization_id


def test_an_export_stays_where_it_cannot_be_recorded_that_it_went(
    db: None, alice: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    job = done(asked(alice))
    monkeypatch.setattr(services, "record", full)
    with pytest.raises(RuntimeError):
        services.delete_job(job, actor=alice)
    assert AuditJob.objects.exists()
    assert path_of(job).exists()


def test_a_full_disk_fails_the_job_and_says_so(
    db: None, alice: SimpleNamespace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(running, "lines_of", full)
    job = done(asked(alice))
    assert (job.state, job.error) == (JobState.FAILED, "No space left on device")
    assert list(folder.iterdir()) == []


def test_files_are_deleted_after_their_time(
    db: None, alice: SimpleNamespace, folder: Path, settings: Any, events: Any
) -> None:
    job = done(asked(alice))
    (folder / "stray.csv").write_text("left by a worker that died")
    services.remove_old()
    assert path_of(job).exists()
    with travel(timezone.now() + timedelta(hours=settings.AUDIT_EXPORT_HOURS, minutes=1)):
        services.remove_old()
    assert list(folder.iterdir()) == []
    assert not AuditJob.objects.exists()
    assert not events(Tag.AUDIT_EXPORT_DELETED)


def test_a_verification_tells_how_far_the_trail_holds(
    five: list[AuditEvent], alice: SimpleNamespace, events: Any
) -> None:
    seal()
    job = done(request_verification(actor=alice))
    assert (job.state, job.progress, job.percent) == (JobState.DONE, 5, 100)
    assert job.answer is not None
    assert job.answer["problem"] is None
    (event,) = events(Tag.AUDIT_VERIFIED)
    assert (event.outcome, event.actor_id) == (Outcome.SUCCESS, alice.pk)


def test_a_verification_names_the_event_that_was_changed(
    five: list[AuditEvent], alice: SimpleNamespace, tamper: Tamper, events: Any
) -> None:
    seal()
    tamper("UPDATE {event} SET address = %s WHERE id = %s", "192.0.2.9", five[2].id)
    job = done(request_verification(actor=alice))
    assert job.answer is not None
    assert job.answer["problem"] == {"kind": "changed", "link": 3, "event": five[2].id}
    assert events(Tag.AUDIT_VERIFIED)[0].outcome == Outcome.FAILURE
