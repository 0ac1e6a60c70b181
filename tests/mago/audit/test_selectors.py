import pytest

from mago.audit import selectors
from mago.audit.models import AuditEvent
from mago.core.errors import NotFound


def test_an_event_is_found_by_its_number_or_not_at_all(five: list[AuditEvent]) -> None:
    assert selectors.event(five[2].id) == five[2]
    for number in (0, -1, 2**70):
        with pytest.raises(NotFound):
            selectors.event(number)
