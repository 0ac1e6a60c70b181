"""By which policy a programme is done."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Refused

from ..models import PastDemand, Programme
from ..models.tickets import today
from ..selectors.programmes import PLATFORM_TESTS
from ..severity import LONGEST
from .common import lock

FIELDS = (
    "critical_days", "high_days", "medium_days", "low_days", "tests_a_year", "assessment_days",
)  # fmt: skip


@transaction.atomic
def set_policy(*, programme: Programme, actor: Any, **numbers: int) -> Programme:
    """The programme has these FIELDS. It counts for what is rated from now on, and for the tests of this year and those
    that come: no date that was given moves, and what was demanded of a year that is over stays."""
    row = lock(programme)
    before = {name: getattr(row, name) for name in FIELDS}
    after = before | numbers
    days = [after[name] for name in FIELDS[:4]]
    if days != sorted(days) or not days[0] >= 1 or days[-1] > LONGEST:
        words = _("What is worse may not be given more days.")
        raise Refused(words, fields={"critical_days": [words]})
    if row.organization_id is None and after["tests_a_year"] < PLATFORM_TESTS:
        words = _("The platform is tested at least %(number)s times in each calendar year.")
        words %= {"number": PLATFORM_TESTS}
        raise Refused(words, fields={"tests_a_year": [words]})
    if before == after:
        return row
    if before["tests_a_year"] != after["tests_a_year"]:
        _keep_past_demand(row)
    for name, value in after.items():
        setattr(row, name, value)
    row.save(update_fields=FIELDS)
    record(
        Tag.PATCH_POLICY_EDITED,
        actor=actor,
        target=row,
        organization_id=row.organization_id,
        before=before,
        after=after,
    )
    return row


def _keep_past_demand(row: Programme) -> None:
    """Of the years that are over; a second change in the same year has nothing to add."""
    over = today().year - 1
    if over >= row.created_at.year:
        PastDemand.objects.get_or_create(
            programme=row, until=over, defaults={"tests": row.tests_a_year}
        )
