"""What is answered and taken."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.api.bodies import Body, PageQuery, RowField
from accounts.api.serializers import EmailField, StringField, TextField
from accounts.models import User
from mago.core.forms import unusable

from ...api.shapes import PersonRefSerializer
from .. import cvss
from ..models import Source, Ticket
from ..models.tickets import LONGEST_TEXT
from ..selectors.releases import releases_of
from ..services.comments import LONGEST_COMMENT
from ..severity import Severity
from ..workflow import Move, State, moves_from

MOVES = [move.value for move in Move if move != Move.EXPIRE]


class ReleaseRefSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="pk")
    version = serializers.CharField()


class TicketSerializer(serializers.Serializer[Any]):
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


class TicketQuery(PageQuery):
    q = TextField(required=False, max_length=100, help_text="Key, or part of title or component.")
    state = serializers.ChoiceField(choices=["pending", "ended", *State.values], required=False)
    severity = serializers.ChoiceField(choices=Severity.values, required=False)
    source = serializers.ChoiceField(choices=Source.values, required=False)  # type: ignore[assignment]
    due = serializers.ChoiceField(choices=["overdue", "soon"], required=False)
    assignee = serializers.UUIDField(required=False)
    release = RowField(lambda view: releases_of(view.programme), required=False)


class LinesField(StringField):
    """Text of several lines."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if unusable(text, lines=True):
            words = _("This contains characters that cannot be used here.")
            raise serializers.ValidationError(words, code="unusable")
        return text


def _optional(longest: int, kind: type[StringField] = TextField) -> Any:
    return kind(max_length=longest, required=False, allow_blank=True)


class TicketBody(Body):
    title = TextField(max_length=200)
    description = _optional(LONGEST_TEXT, LinesField)
    component = _optional(100)
    source = serializers.ChoiceField(choices=Source.values)  # type: ignore[assignment]


class NewTicketBody(TicketBody):
    vector = _optional(cvss.LONGEST)
    severity = serializers.ChoiceField(
        choices=Severity.values, required=False, help_text="Without a vector."
    )


class ChangedTicketBody(NewTicketBody):
    """`vector` and `severity` rate anew."""


class PersonField(EmailField):
    """Somebody by e-mail address; cleaned to the person."""

    def to_internal_value(self, data: Any) -> Any:
        email = super().to_internal_value(data)
        found = User.objects.filter(email=email, is_active=True).first()
        if found is None:
            raise serializers.ValidationError(_("Nobody here has this address."))
        return found


class TransitionBody(Body):
    move = serializers.ChoiceField(choices=MOVES)
    release = RowField(
        lambda view: releases_of(view.programme), required=False, help_text="For `plan`."
    )
    evidence = _optional(LONGEST_TEXT, LinesField)
    reason = _optional(500)
    risk_owner = PersonField(required=False, help_text="For `accept`.")
    accepted_until = serializers.DateField(required=False, help_text="For `accept`.")
    duplicate_of = RowField(
        lambda view: Ticket.objects.of(view.programme), required=False, help_text="For `reject`."
    )


class CommentBody(Body):
    body = LinesField(max_length=LONGEST_COMMENT)
