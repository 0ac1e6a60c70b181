import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import grant_role
from accounts.models import User
from accounts.organizations.models import Organization
from accounts.privacy import running, services
from accounts.privacy.models import DataRequest, State
from accounts.standing.models import Deletion
from accounts.standing.services import delete_person, restore_person
from mago.audit.exporting import Format, lines_of
from mago.audit.models import AuditEvent
from mago.audit.services import Tag, seal
from mago.audit.verification import verify
from mago.core.errors import Conflict, Forbidden
from tests.mago.audit.test_verifier import run_here

pytestmark = pytest.mark.django_db


def run_all() -> None:
    for key in running.due():
        running.run(key)


def test_nothing_but_the_key_is_left_and_the_trail_still_verifies(
    lived: User, dora: User, dump: Callable[[], str], tmp_path: Path
) -> None:
    seal()
    told = ("charlie@example.com", "charlie@private.example", "Karl Zwölf", "+391234567890")
    before = dump()
    assert all(text in before for text in told)
    assert "charlie@example.com" not in str(list(AuditEvent.objects.values_list()))
    delete_person(person=lived, reason="left, says charlie@example.com", actor=dora)
    services.ask_for_erasure(person=lived, actor=dora, reason="asked for by charlie@example.com")
    run_all()
    assert DataRequest.objects.get().state == State.DONE
    after = dump()
    assert [text for text in (*told, "subject-4711") if text.lower() in after.lower()] == []
    assert str(lived.pk) in after
    seal()
    assert verify().first_break is None
    whole = tmp_path / "trail.jsonl"
    whole.write_text("".join(lines_of(Format.JSONL)))
    assert json.loads(run_here("--json", whole).stdout)["whole"] is True
    erased = AuditEvent.objects.get(tag=Tag.PERSON_ERASED)
    assert (erased.actor_id, erased.target_name) == (dora.pk, str(lived.pk))


def test_each_organization_is_told_which_roles_ended_with_the_person(
    lived: User, dora: User, events: Any
) -> None:
    grant_role(user=lived, role=RoleName.PLATFORM_ADMINISTRATOR, actor=dora, scope=PLATFORM)
    delete_person(person=lived, reason="left", actor=dora)
    services.ask_for_erasure(person=lived, actor=dora, reason="left")
    before = len(events())
    run_all()
    *ended, revoked, erased = events()[before:]
    assert {event.tag for event in ended} == {"access:member:removed"}
    roles = {event.organization_id: event.detail["roles"][0]["role"] for event in ended}
    names = {key: Organization.objects.get(pk=key).name for key in roles}
    assert {names[key]: role for key, role in roles.items()} == {
        "Acme": "organization-owner",
        "Beta": "reporter",
    }
    assert (revoked.tag, revoked.organization_id, revoked.detail["role"]) == (
        "access:role:revoked",
        None,
        "platform-administrator",
    )
    assert erased.tag == "privacy:person:erased"
    assert {event.actor_id for event in events()[before:]} == {dora.pk}
    assert {event.target_id for event in events()[before:]} == {str(lived.pk)}


def test_only_who_lies_in_the_recycle_bin_is_erased_and_not_by_everybody(
    charlie: User, bob: User, dora: User
) -> None:
    with pytest.raises(Conflict):
        services.ask_for_erasure(person=charlie, actor=dora, reason="x")
    delete_person(person=charlie, reason="x", actor=dora)
    with pytest.raises(Forbidden):
        services.ask_for_erasure(person=charlie, actor=bob, reason="x")
    services.ask_for_erasure(person=charlie, actor=dora, reason="x")
    with pytest.raises(Conflict):
        services.ask_for_erasure(person=charlie, actor=dora, reason="x")
    restore_person(person=charlie, actor=dora)
    run_all()
    assert User.objects.filter(pk=charlie.pk).exists()


def test_who_was_restored_meanwhile_and_is_deleted_again_has_all_their_days(
    charlie: User, dora: User
) -> None:
    """The worker was away: what was asked for then was about the first time."""
    delete_person(person=charlie, reason="x", actor=dora)
    services.ask_for_erasure(person=charlie, actor=dora, reason="x")
    restore_person(person=charlie, actor=dora)
    delete_person(person=charlie, reason="another", actor=dora)
    run_all()
    assert User.objects.filter(pk=charlie.pk).exists()
    services.ask_for_erasure(person=charlie, actor=dora, reason="now")
    run_all()
    assert not User.objects.filter(pk=charlie.pk).exists()


def test_whose_time_is_over_is_erased_by_the_clock(charlie: User, dora: User) -> None:
    delete_person(person=charlie, reason="x", actor=dora)
    with time_machine.travel(timezone.now() + timedelta(days=29), tick=False):
        services.ask_for_overdue()
        assert not DataRequest.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        services.ask_for_overdue()
        services.ask_for_overdue()
        run_all()
    assert not Deletion.objects.exists()
    assert not User.objects.filter(pk=charlie.pk).exists()
    # The address is free, and whoever takes it is somebody else.
    assert User.objects.create_user("charlie@example.com").pk != charlie.pk


def test_a_copy_that_lies_there_goes_with_the_person(
    charlie: User,
    dora: User,
    settings: Any,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.PRIVACY_EXPORT_DIR = tmp_path
    services.ask_for_copy(person=charlie, actor=charlie)
    run_all()
    assert len(list(tmp_path.iterdir())) == 1
    delete_person(person=charlie, reason="x", actor=dora)
    services.ask_for_erasure(person=charlie, actor=dora, reason="x")
    with django_capture_on_commit_callbacks(execute=True):
        run_all()
    assert list(tmp_path.iterdir()) == []
