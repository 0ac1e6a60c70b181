"""The trail in tests: what was recorded, as it stands there."""

from typing import Any

from mago.audit import services
from mago.audit.models import AuditEvent
from mago.audit.tags import Tag


def record(tag: Tag, **what: Any) -> AuditEvent:
    """As `mago.audit.services.record`, which gives nothing back; the event, read again."""
    services.record(tag, **what)
    return AuditEvent.objects.latest("id")
