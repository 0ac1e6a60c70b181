"""Whether the trail is whole: asked for by a button, answered in words, and a checkpoint to keep."""

from typing import Any

from django.db import connection

from mago.audit import append_only
from mago.audit.checkpoints import make_checkpoint, vouches_for
from mago.audit.models import AuditEvent, AuditJob
from mago.audit.services import seal
from mago.audit.tags import Tag
from mago.audit.tasks import run_jobs
from tests.trail import record

AT = "/admincenter/audit/verification/"


def test_a_trail_that_is_whole_is_said_to_be(admin: Any) -> None:
    record(Tag.SIGN_OUT)
    seal()
    assert admin.post(f"{AT}run/")["Location"] == AT
    assert "every 2s" in admin.get(AT).content.decode()
    run_jobs()
    page = admin.get(AT).content.decode()
    assert "Whole" in page
    assert "every 2s" not in page


def test_the_first_break_is_named(admin: Any) -> None:
    event = record(Tag.SIGN_OUT)
    seal()
    with append_only.lifted(connection):
        AuditEvent.objects.filter(pk=event.pk).update(address="192.0.2.9")
    admin.post(f"{AT}run/")
    run_jobs()
    page = admin.get(AT).content.decode()
    assert "Broken" in page
    assert f"Event {event.pk} was changed" in page


def test_one_runs_at_a_time(admin: Any) -> None:
    admin.post(f"{AT}run/")
    admin.post(f"{AT}run/")
    assert AuditJob.objects.count() == 1


def test_the_newest_checkpoint_is_shown_and_taken_away(admin: Any) -> None:
    assert "Nothing is signed yet" in admin.get(AT).content.decode()
    assert admin.get(f"{AT}checkpoint/").status_code == 404
    record(Tag.SIGN_OUT)
    seal()
    newest = make_checkpoint(now=True)
    assert newest
    page = admin.get(AT)
    assert newest.statement["hash"] in page.content.decode()
    assert page.context["key"].statement["public"] in page.content.decode()
    kept = admin.get(f"{AT}checkpoint/").json()
    hash = bytes.fromhex(kept["checkpoint"]["hash"])
    assert vouches_for(kept["checkpoint"], newest.sequence, hash)
    assert kept["keys"]
