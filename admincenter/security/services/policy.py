"""By which policy a programme is done."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Refused

from ..models import Programme
from ..selectors.programmes import PLATFORM_TESTS
from ..severity import LONGEST
from .common import lock

FIELDS = (
    "critical_days", "high_days", "medium_days", "low_days", "tests_a_year", "assessment_days",
)  # fmt: skip


@transaction.atomic
def set_policy(*, programme: Programme, actor: Any, **numbers: int) -> Programme:
    """The programme has these FIELDS. It counts for what is rated from now on: no date that was given moves."""
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
