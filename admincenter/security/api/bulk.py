"""Many tickets at once: a dry run, which is started, followed and taken back as any job (`jobs`)."""

from datetime import date
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, RowField
from accounts.api.resources import created
from accounts.models import User
from mago.jobs.models import Job
from mago.jobs.selectors import count_outcomes

from ...api.jobs import MOST_NAMED, JobSerializer, at
from ..bulk import tickets as bulk
from ..models import Release
from ..selectors.releases import releases_of
from .common import PersonField, ProgrammeResource
from .shapes import TicketFilters


class TicketJobBody(Body):
    """To the tickets that are named, or to all that the filters find."""

    example: ClassVar = {
        "kind": "tickets.assign",
        "tickets": ["01a20316-43cb-7bea-bb8c-1c7bbd9fe824"],
        "assignee": "ada@example.com",
    }

    kind = serializers.ChoiceField(choices=list(bulk.KINDS))
    tickets = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=MOST_NAMED
    )
    filters = TicketFilters(required=False)
    assignee = PersonField(Permission.TICKETS_EDIT, required=False, allow_null=True)
    release = RowField(
        lambda view: releases_of(view.programme), required=False, help_text="For `tickets.plan`."
    )
    due_on = serializers.DateField(required=False, help_text="For `tickets.due`.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if ("tickets" in data) == ("filters" in data):
            words = _("Name tickets, or give filters that find them.")
            raise serializers.ValidationError({"tickets": [words]})
        return data


class TicketJobs(ProgrammeResource):
    access = Permission.TICKETS_READ
    changes = {"POST": Permission.TICKETS_READ}
    by_people = frozenset({"POST"})

    def prepare(self, rows: list[Any]) -> None:
        count_outcomes(rows)

    @created(
        TicketJobBody,
        JobSerializer,
        at=at,
        summary="A dry run of something done to many tickets",
        description="Each kind takes the permission that doing it to one ticket takes. Nothing is done before "
        "the job is started; it is forgotten after a day.",
    )
    def post(self, kind: str, **sent: Any) -> Job:
        found = (
            bulk.named(self.programme, sent["tickets"])
            if "tickets" in sent
            else bulk.all_found(self.programme, **sent["filters"])
        )
        value = _value_of(kind, **sent)
        return bulk.draft(kind, self.programme, found, actor=self.actor, value=value)


def _value_of(
    kind: str,
    assignee: User | None = None,
    release: Release | None = None,
    due_on: date | None = None,
    **_others: Any,
) -> str | None:
    """What the work of this kind sets."""
    match kind:
        case "tickets.assign":
            return str(assignee.pk) if assignee else None
        case "tickets.plan":
            return str(release.pk) if release else None
        case "tickets.due":
            return due_on.isoformat() if due_on else None
    return None
