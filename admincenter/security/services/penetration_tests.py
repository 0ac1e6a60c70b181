"""Penetration tests: planned, held, retested; and what they found becomes tickets."""

import hashlib
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Refused
from mago.core.ids import new_secret

from .. import files
from ..files import Upload
from ..models import (
    EngagementState,
    Finding,
    PenetrationTest,
    Programme,
    Report,
    Retest,
    Source,
    Tester,
    Ticket,
)
from ..models.tickets import today
from ..selectors.penetration_tests import retests_of
from .common import label_of, person_of
from .tickets import create_ticket

FIELDS = ("tester", "firm", "methodology", "scope", "starts_on", "ends_on", "notes")
MOST_REPORTS = 10


@transaction.atomic
def plan_test(*, programme: Programme, actor: Any, **fields: Any) -> PenetrationTest:
    """An engagement with FIELDS is planned. Refused where it ends before it begins."""
    test = PenetrationTest(programme=programme, created_by=person_of(actor), **fields)
    _demand_length(test)
    test.save()
    _record(Tag.TEST_CREATED, test, actor, firm=test.firm, starts_on=str(test.starts_on))
    return test


@transaction.atomic
def edit_test(*, test: PenetrationTest, actor: Any, **fields: Any) -> PenetrationTest:
    row = _locked(test)
    before = {name: str(getattr(row, name)) for name in fields}
    for name, value in fields.items():
        setattr(row, name, value)
    _demand_length(row)
    if row.state == EngagementState.HELD and row.ends_on > today():
        words = _("It has not ended yet.")
        raise Refused(words, fields={"ends_on": [words]}, code="not_ended")
    after = {name: str(getattr(row, name)) for name in fields}
    differing = [name for name in fields if before[name] != after[name]]
    if differing:
        row.save(update_fields=list(fields))
        # Internal notes and the scope may be long, and the notes are nobody's but the programme's.
        told = [name for name in differing if name not in ("notes", "scope")]
        _record(
            Tag.TEST_EDITED,
            row,
            actor,
            fields=differing,
            before={name: before[name] for name in told},
            after={name: after[name] for name in told},
        )
    return row


@transaction.atomic
def mark_held(*, test: PenetrationTest, actor: Any) -> PenetrationTest:
    """The test counts for the year in which it ended. Conflict before it has."""
    row = _locked(test)
    if row.state != EngagementState.PLANNED:
        raise Conflict
    if row.ends_on > today():
        raise Conflict(_("It has not ended yet."), code="not_ended")
    row.state = EngagementState.HELD
    row.save(update_fields=["state"])
    _record(Tag.TEST_HELD, row, actor)
    return row


@transaction.atomic
def cancel_test(*, test: PenetrationTest, actor: Any) -> PenetrationTest:
    row = _locked(test)
    if row.state != EngagementState.PLANNED:
        raise Conflict
    row.state = EngagementState.CANCELLED
    row.save(update_fields=["state"])
    _record(Tag.TEST_CANCELLED, row, actor)
    return row


@transaction.atomic
def record_retest(
    *, test: PenetrationTest, retested_on: date, retest_result: str, actor: Any
) -> PenetrationTest:
    """The firm has looked again, that day, with that result, beside what it saw before. Conflict for a test that was
    not held.
    """
    row = _locked(test)
    if row.state != EngagementState.HELD:
        raise Conflict(_("Only a test that was held can be retested."))
    if not row.ends_on <= retested_on <= today():
        words = _("Give a day after the test that has come.")
        raise Refused(words, fields={"retested_on": [words]})
    made = Retest.objects.create(
        test=row,
        retested_on=retested_on,
        result=retest_result.strip()[:500],
        recorded_by=person_of(actor),
        recorded_label=label_of(actor),
    )
    newest = retests_of(row)[0]
    row.retested_on, row.retest_result = newest.retested_on, newest.result
    row.save(update_fields=["retested_on", "retest_result"])
    _record(Tag.TEST_RETESTED, row, actor, on=str(retested_on), result=made.result)
    return row


@transaction.atomic
def add_finding(*, test: PenetrationTest, actor: Any, **words: Any) -> Ticket:
    """What the test found is a ticket; `words` are those of create_ticket, but for the source."""
    row = _locked(test)
    if row.state == EngagementState.CANCELLED:
        raise Conflict
    source = Source.CUSTOMER if row.tester == Tester.CUSTOMER else Source.PENETRATION_TEST
    ticket = create_ticket(programme=row.programme, source=source, actor=actor, **words)
    # Typed in by hand there is nothing to know it again by.
    name = hashlib.sha256(new_secret().encode()).hexdigest()
    Finding.objects.create(
        programme=row.programme, fingerprint=name, ticket=ticket, test=row, tool=row.firm[:100]
    )
    return ticket


def add_report(*, test: PenetrationTest, upload: Upload, actor: Any) -> Report:
    """The firm's report lies beside the test, by the rules of files.store."""
    with files.stored(upload) as kept:
        row = _locked(test)
        if row.reports.count() >= MOST_REPORTS:
            words = _("This test has as many files as it can have.")
            raise Refused(words, fields={"file": [words]})
        made: Report = Report.objects.create(test=row, uploaded_by=person_of(actor), **vars(kept))
        _record(Tag.TEST_REPORT_ADDED, row, actor, file=made.name, sha256=made.sha256)
    return made


def record_download(*, report: Report, actor: Any) -> None:
    _record(Tag.TEST_REPORT_TAKEN, report.test, actor, file=report.name, sha256=report.sha256)


def _locked(test: PenetrationTest) -> PenetrationTest:
    rows: Any = PenetrationTest.objects.of(test.programme_id).select_for_update()
    row: PenetrationTest = rows.get(pk=test.pk)
    row.programme = test.programme
    return row


def _demand_length(test: PenetrationTest) -> None:
    if test.ends_on < test.starts_on:
        words = _("It ends before it begins.")
        raise Refused(words, fields={"ends_on": [words]})


def _record(tag: Tag, test: PenetrationTest, actor: Any, **told: Any) -> None:
    record(tag, actor=actor, target=test, organization_id=test.organization_id, **told)
