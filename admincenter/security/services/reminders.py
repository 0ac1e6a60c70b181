"""Tests, reviews and assessments are reminded of before they are late, and told once when they are."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.access.permissions import Permission
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag

from .. import calendar
from ..models import Assessment, EngagementState, PenetrationTest, Programme, Risk, Ticket
from ..models.tickets import today
from ..selectors.penetration_tests import days_of_tests, years_of
from ..selectors.people import holds, staff_of
from ..severity import Severity
from ..workflow import State
from .common import MOST_TOLD, send
from .escalation import tell_once

REVIEW_SOON = timedelta(days=7)


def remind() -> None:
    """Each programme's people have been told what is owed, each thing once."""
    programmes = Programme.objects.select_related("organization").prefetch_related("past_demands")
    for programme in programmes.order_by("pk").iterator(500):
        with transaction.atomic():
            _of_unrated(programme)
            _of_tests(programme)
            _of_risks(programme)
            _of_assessments(programme)


def _of_unrated(programme: Programme) -> None:
    """What nobody has rated is due on no day, and would wait for ever: each that is newer than those told of."""
    waiting = Ticket.objects.of(programme).filter(
        state=State.REPORTED, severity=Severity.UNRATED, due_on=None
    )
    newest = waiting.order_by("-number").first()
    if newest is not None:
        what, day = f"unrated:{newest.number}", newest.created_at.date().isoformat()
        _tell(programme, what, Permission.TICKETS_EDIT, "tickets/?state=reported", day=day)


def _of_tests(programme: Programme) -> None:
    people = Permission.PENETRATION_TESTS_EDIT
    soon = PenetrationTest.objects.of(programme).filter(
        state=EngagementState.PLANNED,
        starts_on__gte=today(),
        starts_on__lte=today() + calendar.BEGINS_SOON,
    )
    for test in soon.order_by("starts_on")[:MOST_TOLD]:
        what = f"test-soon:{test.pk}:{test.starts_on}"
        _tell(programme, what, people, "penetration-tests/", day=test.starts_on.isoformat())
    held, planned = days_of_tests(programme)
    owed = calendar.owed_reminder(programme.tests_a_year, today(), held=held, planned=planned)
    if owed:
        _tell(programme, f"tests-owed:{owed}", people, "penetration-tests/", day=owed[:10])
    last_year = years_of(programme)[0]
    # The year in which a programme began is shown, and nobody is told off for it.
    if last_year.is_missed and programme.created_at.year < last_year.number:
        what = f"tests-missed:{last_year.number}"
        _tell(programme, what, people, "penetration-tests/", day=str(last_year.number))


def _of_risks(programme: Programme) -> None:
    due = Risk.objects.of(programme).filter(closed_at=None, review_on__lte=today() + REVIEW_SOON)
    for risk in due.select_related("owner").order_by("review_on")[:500]:
        what = "risk-late" if risk.is_overdue else "risk-review"
        owner = risk.owner
        asked = [owner] if owner and holds(owner, Permission.RISKS_READ, programme) else None
        if risk.is_overdue:
            asked = [*(asked or ()), *staff_of(programme, Permission.RISKS_EDIT)]
        _tell(
            programme,
            f"{what}:{risk.pk}:{risk.review_on}",
            Permission.RISKS_EDIT,
            "risks/",
            to=asked,
            day=risk.review_on.isoformat(),
        )


def _of_assessments(programme: Programme) -> None:
    if not Risk.objects.of(programme).filter(closed_at=None).exists():
        return
    signed = Assessment.objects.of(programme).filter(signed_at__isnull=False)
    last = signed.order_by("-held_on").values_list("held_on", flat=True).first()
    since = last or programme.created_at.date()
    due = since + timedelta(days=programme.assessment_days)
    if due <= today():
        what = f"assessment-due:{due}"
        _tell(programme, what, Permission.RISKS_EDIT, "risks/", day=due.isoformat())


def _tell(
    programme: Programme,
    what: str,
    permission: Permission,
    page: str,
    *,
    to: Iterable[User] | None = None,
    **context: Any,
) -> None:
    """A mail of the kind that `what` begins with, once; to whoever holds the permission, unless people are named."""
    if not tell_once(programme, what):
        return
    people = {one.pk: one for one in (staff_of(programme, permission) if to is None else to)}
    kind = what.partition(":")[0]
    link = f"{settings.MAGO_BASE_URL}/admincenter/security/{programme.slug}/{page}"
    for person in list(people.values())[:MOST_TOLD]:
        send(person, "reminder", name=person, programme=programme, kind=kind, link=link, **context)
    record(
        Tag.REMINDER_SENT,
        target=programme,
        organization_id=programme.organization_id,
        reminder=what,
        people=len(people),
    )
