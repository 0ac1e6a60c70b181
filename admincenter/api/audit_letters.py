"""Dead letters of a stream: what its receiver refused for what it says is sent again, or discarded."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import ReasonBody
from accounts.api.resources import Resource, acted, listed, read, removed
from mago.audit.models import AuditDeadLetter
from mago.audit.streams.letters import discard_letter, send_letter
from mago.audit.streams.selectors import letter_for, letters_of, stream_for
from mago.core.keyset import Listing

from .audit_streams import StreamTrialSerializer, told_trial


class DeadLetterSerializer(serializers.Serializer[Any]):
    """What it says is the event itself, as long as the trail has it."""

    example: ClassVar = {
        "first": 48213,
        "last": 48213,
        "event": 48213,
        "reason": "answer: 422 Unprocessable Entity",
        "attempts": 5,
        "is_removed": False,
    }

    changing = ("event", "is_removed", "reason", "attempts")

    id = serializers.UUIDField()
    first = serializers.IntegerField(help_text="The first link of the chain that it holds.")
    last = serializers.IntegerField(help_text="The last one.")
    event = serializers.IntegerField(
        source="event_id", allow_null=True, help_text="The event of the last link."
    )
    reason = serializers.CharField(help_text="Why it was refused when it was last sent.")
    attempts = serializers.IntegerField()
    is_removed = serializers.BooleanField(
        help_text="Its events were removed from the trail: it can only be discarded."
    )
    created_at = serializers.DateTimeField()


class _Letters(Resource):
    def row(self) -> AuditDeadLetter:
        return letter_for(stream_for(self.kwargs["stream_id"]), self.kwargs["letter_id"])


class DeadLetters(Resource):
    access = Permission.AUDIT_READ

    @listed(
        DeadLetterSerializer, summary="What a stream's receiver refused for good, the newest first"
    )
    def get(self) -> Listing:
        found = letters_of(stream_for(self.kwargs["stream_id"]))
        return Listing((found,), key=("created_at", "id"))


class OneDeadLetter(_Letters):
    access = Permission.AUDIT_READ
    changes = {"DELETE": Permission.AUDIT_STREAMS_EDIT}

    get = read(DeadLetterSerializer, summary="One dead letter")

    @removed(
        DeadLetterSerializer,
        body=ReasonBody,
        summary="Discard a dead letter: it is never sent",
        description="What the trail has of it stays there. `409 in_use` while somebody sends it.",
    )
    def delete(self, row: AuditDeadLetter, reason: str) -> None:
        discard_letter(row, reason=reason, actor=self.actor)


class SendDeadLetter(_Letters):
    access = Permission.AUDIT_READ
    changes = {"POST": Permission.AUDIT_STREAMS_EDIT}

    @acted(
        None,
        StreamTrialSerializer,
        summary="Send a dead letter again; it is gone once it was taken",
        description="It takes 25 seconds at most. `409 events_removed`, `409 in_use`.",
    )
    def post(self) -> dict[str, Any]:
        return told_trial(send_letter(self.row(), actor=self.actor))
