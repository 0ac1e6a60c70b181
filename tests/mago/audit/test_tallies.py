"""Tallies: each genuine event counts once, in its hour, in its organization and anywhere."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from mago.audit import tallies
from mago.audit.models import AuditTally
from mago.audit.services import record, seal
from mago.audit.tags import Tag

pytestmark = pytest.mark.django_db
ACME, BETA = UUID(int=7), UUID(int=8)
IN, OUT = Tag.SIGN_IN_SUCCEEDED.value, Tag.SIGN_OUT.value


def now_sums(tags: tuple[str, ...] | list[str] = (IN, OUT), **scope: Any) -> dict[str, int]:
    hour = tallies.hour_of(timezone.now())
    day = timedelta(days=1)
    return dict(tallies.sums(tags, since=hour - day, until=hour + day, **scope))


def test_what_is_sealed_is_counted_where_it_happened_and_anywhere() -> None:
    for organization in (ACME, ACME, BETA, None):
        record(Tag.SIGN_IN_SUCCEEDED, organization_id=organization)
    record(Tag.SIGN_OUT)
    assert now_sums() == {}
    seal()
    seal()
    assert now_sums() == {IN: 4, OUT: 1}
    assert now_sums(tags=[tallies.ANY]) == {tallies.ANY: 5}
    assert (now_sums(organization=ACME), now_sums(organization=BETA)) == ({IN: 2}, {IN: 1})


def test_a_later_run_adds_to_the_same_hour_and_begins_the_next() -> None:
    with time_machine.travel("2026-11-22T10:59:00Z") as clock:
        record(Tag.SIGN_OUT)
        seal()
        record(Tag.SIGN_OUT)
        seal()
        clock.shift(120)
        record(Tag.SIGN_OUT)
        seal()
        since = tallies.hour_of(timezone.now()) - timedelta(hours=1)
        found = tallies.by_hour([OUT, IN], since=since)
    assert {hour.hour: number for hour, number in found[OUT].items()} == {10: 2, 11: 1}
    assert found[IN] == {}


def test_an_event_that_is_not_ours_is_not_counted() -> None:
    record(Tag.SIGN_OUT)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditevent (time, tag, outcome, actor_label, on_behalf_of_label, target_type,"
            " target_id, target_label, address, user_agent, request_id, detail, mac)"
            " SELECT time, tag, outcome, 'mallory', on_behalf_of_label, target_type, target_id, target_label,"
            " address, user_agent, request_id, detail, mac FROM audit_auditevent"
        )
    assert seal().refused == 1
    assert now_sums() == {OUT: 1}


def test_old_tallies_are_forgotten() -> None:
    for age in (tallies.KEPT - timedelta(hours=1), tallies.KEPT + timedelta(hours=1)):
        AuditTally.objects.create(
            organization_id=ACME, tag=OUT, hour=timezone.now() - age, number=1
        )
    tallies.forget_old()
    assert AuditTally.objects.count() == 1
