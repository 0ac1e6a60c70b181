"""Exports: asked for with the filters of the list, written in the background, and nobody else's."""

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import grant_role
from accounts.organizations.services import create_organization
from mago.audit.jobs.files import path_of
from mago.audit.models import AuditJob, JobState
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.audit.tasks import run_jobs
from mago.core.context import Caller, calling
from mago.core.ids import new_id
from tests.conftest import Browser

AT = "/admincenter/audit/exports/"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_EXPORT_DIR = tmp_path / "exports"
    return tmp_path / "exports"


def taken(browser: Any, job: AuditJob, at: str = AT) -> Any:
    return browser.post(f"{at}{job.pk}/download/")


def test_what_was_found_is_exported_and_downloaded(admin: Any, alice: Any, events: Any) -> None:
    record(Tag.PROFILE_CHANGED, actor=alice, target=alice)
    fields = {"about": "alice@example.com", "tag": Tag.PROFILE_CHANGED.value, "format": "jsonl"}
    assert admin.post(AT, fields)["Location"] == AT
    job = AuditJob.objects.get()
    assert job.question["filters"] == {"tag": Tag.PROFILE_CHANGED, "target": str(alice.pk)}
    assert "Waiting" in admin.get(AT).content.decode()
    run_jobs()
    page = admin.get(AT).content.decode()
    assert f"{AT}{job.pk}/download/" in page
    response = taken(admin, job)
    lines = [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]
    assert [line["type"] for line in lines] == ["mago-audit-export", "event", "end"]
    assert response["Content-Disposition"].startswith('attachment; filename="audit-')
    assert (len(events(Tag.AUDIT_EXPORTED)), len(events(Tag.AUDIT_EXPORT_DOWNLOADED))) == (1, 1)


def test_an_export_takes_the_organization_the_request_and_a_text(admin: Any, alice: Any) -> None:
    acme = create_organization(name="Acme", owner=alice, actor=alice)
    key = new_id().hex
    with calling(Caller(request_id=key)):
        record(Tag.SITE_CREATED, actor=alice, target=acme, organization_id=acme.pk)
        record(Tag.SITE_CREATED, actor=alice, organization_id=acme.pk)
    fields = {"organization": acme.slug, "request_id": key, "text": "acm", "format": "jsonl"}
    assert list(admin.post(AT, fields).context["form"].errors) == ["since"]
    since = f"{timezone.now() - timedelta(days=1):%Y-%m-%d}"
    assert admin.post(AT, fields | {"since": since})["Location"] == AT
    run_jobs()
    (job,) = AuditJob.objects.all()
    lines = [json.loads(line) for line in path_of(job).read_text().splitlines()]
    assert [line["event"]["target_label"] for line in lines if line["type"] == "event"] == ["Acme"]
    assert job.state == JobState.DONE


def test_the_filters_of_the_list_come_along(admin: Any) -> None:
    page = admin.get("/admincenter/audit/", {"outcome": "success"}).content.decode()
    assert f'href="{AT}?outcome=success"' in page
    form = admin.get(AT, {"outcome": "success"}).context["form"]
    assert form["outcome"].value() == "success"


def test_a_wrong_filter_is_told_beside_its_field(admin: Any) -> None:
    fields = {"since": "yesterday", "actor": "nobody@example.com", "format": "pdf"}
    response = admin.post(AT, fields)
    assert response.status_code == 400
    assert set(response.context["form"].errors) == {"since", "actor", "format"}
    assert not AuditJob.objects.exists()


def test_a_second_one_waits_for_the_first(admin: Any) -> None:
    admin.post(AT, {"format": "csv"})
    response = admin.post(AT, {"format": "csv"})
    assert response.status_code == 409
    assert "not finished yet" in response.content.decode()
    assert AuditJob.objects.count() == 1


def test_a_list_that_waits_keeps_itself_fresh_but_nobody_signed_in(admin: Any, dora: Any) -> None:
    admin.post(AT, {"format": "csv"})
    part = admin.get(AT, headers={"HX-Request": "true"})
    assert b"every 2s" in part.content
    assert not part.wsgi_request.session.accessed
    run_jobs()
    assert b"every 2s" not in admin.get(AT, headers={"HX-Request": "true"}).content


def test_an_export_is_its_askers_alone(admin: Any, person: Any, folder: Path) -> None:
    admin.post(AT, {"format": "csv"})
    run_jobs()
    eve = person("eve")
    grant_role(user=eve, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
    other, job = Browser().as_person(eve), AuditJob.objects.get()
    assert str(job.pk) not in other.get(AT).content.decode()
    assert taken(other, job).status_code == 404
    assert other.post(f"{AT}{job.pk}/delete/").status_code == 404
    assert path_of(job).exists()


def test_a_deleted_one_leaves_no_file(admin: Any, dora: Any, folder: Path, events: Any) -> None:
    admin.post(AT, {"format": "csv"})
    run_jobs()
    job = AuditJob.objects.get()
    admin.post(f"{AT}{job.pk}/delete/")
    assert list(folder.iterdir()) == []
    assert taken(admin, job).status_code == 404
    assert [event.actor_id for event in events(Tag.AUDIT_EXPORT_DELETED)] == [dora.pk]


def test_a_file_that_is_gone_is_not_found(admin: Any, folder: Path) -> None:
    admin.post(AT, {"format": "csv"})
    job = AuditJob.objects.get()
    assert taken(admin, job).status_code == 404  # Not written yet.
    run_jobs()
    path_of(job).unlink()
    assert taken(admin, job).status_code == 404


def test_an_owner_exports_what_is_of_the_organization_and_nothing_else(
    alice: Any, charlie: Any, events: Any
) -> None:
    acme = create_organization(name="Acme", owner=alice, actor=alice)
    create_organization(name="Other", owner=charlie, actor=charlie)
    record(Tag.SIGN_IN_SUCCEEDED, actor=charlie)
    browser, at = Browser().as_person(alice), "/admincenter/organizations/acme/audit/exports/"
    browser.post(at, {"format": "csv"})
    run_jobs()
    job = AuditJob.objects.get()
    assert job.state == JobState.DONE
    assert job.organization_id == acme.pk
    text = b"".join(taken(browser, job, at).streaming_content).decode()
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["organization_id"] for row in rows} == {str(acme.pk)}
    assert "charlie" not in text
    assert taken(browser, job).status_code == 403
    assert str(job.pk) in browser.get(at).content.decode()
    assert {event.organization_id for event in events(Tag.AUDIT_EXPORTED)} == {acme.pk}
