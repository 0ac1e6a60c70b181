"""Reading what was asked for."""

from uuid import UUID

from django.db.models import QuerySet

from mago.core.errors import NotFound

from .models import DataRequest, Kind


def copies_asked_by(asker_id: UUID, person_id: UUID) -> QuerySet[DataRequest]:
    """The copies of one person's data that somebody asked for, the newest first."""
    found = DataRequest.objects.filter(kind=Kind.COPY, asked_by_id=asker_id, person_id=person_id)
    return found.order_by("-created_at", "-id")


def copy_for(asker_id: UUID, key: UUID) -> DataRequest:
    """A copy that one has asked for oneself; NotFound for anybody else's."""
    found = DataRequest.objects.filter(kind=Kind.COPY, asked_by_id=asker_id, pk=key).first()
    if found is None:
        raise NotFound
    return found
