"""Messages and lockdowns of the platform, many at once."""

from typing import Any

from accounts.models import User
from accounts.standing.services import lock_down_organization, lock_down_person
from mago.audit.models import AuditEvent
from mago.audit.tags import Tag
from mago.messaging.models import Message, Status
from tests.conftest import Browser

from .jobs import drafted, run, told


def test_dead_messages_are_tried_again_and_others_left(admin: Browser, message: Any) -> None:
    messages = [message(), message(), message(status=Status.SENT)]
    job = drafted(admin, "messages/", "messages.retry", *messages)
    assert sorted(item.message for item in job.items.all()) == [
        "", "", "Only a message that is dead can be tried again.",
    ]  # fmt: skip
    run(admin, job)
    assert Message.objects.filter(status=Status.WAITING).count() == 2


def test_lockdowns_are_lifted_but_not_by_whom_they_shut_out(
    admin: Browser, alice: Any, bob: Any, acme: Any, dora: Any
) -> None:
    for person in (alice, bob):
        lock_down_person(person=person, reason="odd", actor=dora)
    lock_down_organization(organization=acme, reason="odd", actor=dora)
    assert User.objects.filter(is_active=False).count() == 2
    job = drafted(admin, "lockdowns/", "lockdowns.lift", everything="on")
    assert set(told(job).values()) == {""}
    run(admin, job, reason="a false alarm")
    acme.refresh_from_db()
    assert acme.is_active
    assert not User.objects.filter(is_active=False).exists()
    assert "a false alarm" in admin.get("/admincenter/lockdowns/?state=lifted").text


def test_whose_sessions_are_picked_out_is_told(admin: Browser, alice: Any) -> None:
    Browser().as_person(alice)
    job = drafted(admin, "sessions/", "sessions.end", everything="on", person=alice.email)
    assert job.total == 1
    assert AuditEvent.objects.get(tag=Tag.PERSON_READ).target_id == str(alice.pk)
