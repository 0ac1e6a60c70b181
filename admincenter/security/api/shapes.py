"""What is answered and taken."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, PageQuery, Query, RowField
from accounts.api.serializers import TextField

from ...api.shapes import PersonRefSerializer
from .. import cvss
from ..models import Source, Ticket
from ..models.tickets import LONGEST_TEXT
from ..selectors.releases import releases_of
from ..services.comments import LONGEST_COMMENT
from ..severity import Severity
from ..workflow import Move, State, moves_from
from .common import LinesField, PersonField, TicketField, optional

MOVES = [move.value for move in Move if move != Move.EXPIRE]


class ReleaseRefSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="pk")
    version = serializers.CharField()


class TicketSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"key": "SEC-12", "evidence": "", "reason": ""}

    id = serializers.UUIDField()
    key = serializers.CharField(source="__str__", help_text="Such as SEC-12.")
    title = serializers.CharField()
    description = serializers.CharField()
    source = serializers.ChoiceField(choices=Source.values)  # type: ignore[assignment]
    component = serializers.CharField()
    vector = serializers.CharField()
    score = serializers.DecimalField(max_digits=3, decimal_places=1, allow_null=True)
    severity = serializers.ChoiceField(choices=Severity.values)
    state = serializers.ChoiceField(choices=State.values)
    state_since = serializers.DateTimeField()
    moves = serializers.SerializerMethodField(help_text="What can become of it now.")
    due_on = serializers.DateField(allow_null=True)
    is_overdue = serializers.BooleanField()
    assignee = PersonRefSerializer(allow_null=True)
    release = ReleaseRefSerializer(allow_null=True)
    duplicate_of = serializers.UUIDField(source="duplicate_of_id", allow_null=True)
    evidence = serializers.CharField()
    reason = serializers.CharField()
    accepted_until = serializers.DateField(allow_null=True)
    fixed_at = serializers.DateTimeField(allow_null=True)
    verified_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    changing = ("is_overdue",)

    def get_moves(self, ticket: Ticket) -> list[str]:
        return [move.value for move in moves_from(State(ticket.state))]


class CommentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    body = serializers.CharField()
    actor = PersonRefSerializer(allow_null=True)
    actor_label = serializers.CharField(help_text="As whoever wrote it was called then.")
    created_at = serializers.DateTimeField()


class TicketFilters(Query):
    q = TextField(required=False, max_length=100, help_text="Key, or part of title or component.")
    state = serializers.ChoiceField(choices=["pending", "ended", *State.values], required=False)
    severity = serializers.ChoiceField(choices=Severity.values, required=False)
    source = serializers.ChoiceField(choices=Source.values, required=False)  # type: ignore[assignment]
    due = serializers.ChoiceField(
        choices=["overdue", "soon", "month", "later", "undated"],
        required=False,
        help_text="Of those that are owed: overdue, within a week, after that within thirty days, later, or due on no day.",
    )
    remediated = serializers.ChoiceField(
        choices=["year", "in-time", "late"],
        required=False,
        help_text="Whose fix was verified within the last 365 days; of these, by its due date or after it.",
    )
    assignee = serializers.UUIDField(required=False)
    release = RowField(lambda view: releases_of(view.programme), required=False)


class TicketQuery(TicketFilters, PageQuery):
    """Of a list."""


class TicketBody(Body):
    title = TextField(max_length=200)
    description = optional(LONGEST_TEXT, LinesField)
    component = optional(100)
    source = serializers.ChoiceField(choices=Source.values)  # type: ignore[assignment]


class NewTicketBody(TicketBody):
    example: ClassVar = {
        "vector": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
    }

    vector = optional(cvss.LONGEST)
    severity = serializers.ChoiceField(
        choices=Severity.values, required=False, help_text="Without a vector."
    )


class ChangedTicketBody(NewTicketBody):
    """`vector` and `severity` rate anew."""

    assignee = PersonField(Permission.TICKETS_EDIT, required=False, allow_null=True)


class TransitionBody(Body):
    example: ClassVar = {"move": "fix", "evidence": "commit 4f2a, test added"}

    move = serializers.ChoiceField(choices=MOVES)
    release = RowField(
        lambda view: releases_of(view.programme), required=False, help_text="For `plan`."
    )
    evidence = optional(LONGEST_TEXT, LinesField)
    reason = optional(500)
    risk_owner = PersonField(Permission.TICKETS_READ, required=False)
    accepted_until = serializers.DateField(required=False, help_text="For `accept`.")
    duplicate_of = TicketField(required=False, help_text="For `reject`.")


class CommentBody(Body):
    body = LinesField(max_length=LONGEST_COMMENT)
