"""Where the trail is sent on to: made, changed, tried, paused, and helped up when one gave up."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, PageQuery
from accounts.api.resources import Resource, acted, changed, created, listed, read, removed
from accounts.api.serializers import StringField, TextField
from mago.audit.models import AuditStream, StreamKind
from mago.audit.streams import services
from mago.audit.streams.connecting import Step
from mago.audit.streams.selectors import end_of_chain, stream_for
from mago.core.keyset import Listing

from ..selectors.trail import find_streams
from .shapes import OnceField


class StreamSerializer(serializers.Serializer[Any]):
    """Of a webhook's address only the beginning is shown: its path may hold a secret."""

    example: ClassVar = {
        "name": "SIEM",
        "kind": "webhook",
        "place": "https://siem.example.com",
        "state": "sending",
        "last_error": "",
    }

    changing = (
        "state", "behind", "dead_letters", "sent_at", "failures", "failing_since", "last_error",
        "dead_since"
    )  # fmt: skip

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=StreamKind.values)
    place = serializers.CharField()
    state = serializers.CharField(help_text="sending, failing, paused or dead.")
    is_enabled = serializers.BooleanField()
    behind = serializers.IntegerField(help_text="Events that wait to be sent.")
    dead_letters = serializers.IntegerField(help_text="Events that the receiver refused for good.")
    sent_at = serializers.DateTimeField(allow_null=True)
    failures = serializers.IntegerField()
    failing_since = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField()
    dead_since = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class NewStreamSerializer(StreamSerializer):
    secret = OnceField(help_text="With which a webhook is signed.")


class StreamSecretSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField()


class StreamTrialSerializer(serializers.Serializer[Any]):
    passed = serializers.ListField(child=serializers.CharField())
    failed = serializers.CharField(allow_null=True)
    reason = serializers.CharField()


def told_trial(trial: services.Trial) -> dict[str, Any]:
    return {
        "passed": [step.value for step in Step if step in trial.passed],
        "failed": trial.failed and trial.failed.value,
        "reason": trial.reason,
    }


class StreamQuery(PageQuery):
    state = serializers.ChoiceField(
        choices=["sending", "failing", "paused", "dead"], required=False
    )


class NewStreamBody(Body):
    example: ClassVar = {
        "name": "SIEM",
        "kind": "webhook",
        "address": "https://siem.example.com/in",
    }

    name = TextField(max_length=100)
    kind = serializers.ChoiceField(choices=StreamKind.values)
    address = TextField(
        max_length=500, help_text="tls://log.example.com:6514, or https://siem.example.com/in."
    )
    from_the_start = serializers.BooleanField(required=False, default=False)


class StreamBody(Body):
    example: ClassVar = {"name": "SIEM of the company"}

    name = TextField(max_length=100)
    address = TextField(max_length=500)
    secret = StringField(
        max_length=200,
        required=False,
        allow_blank=True,
        write_only=True,
        help_text="The present one, to send a webhook elsewhere.",
    )


class _Streams(Resource):
    def prepare(self, rows: list[Any]) -> None:
        end = end_of_chain()
        for stream in rows:
            stream.behind = max(0, end - stream.position)

    def row(self) -> AuditStream:
        return stream_for(self.kwargs["stream_id"])


class Streams(_Streams):
    access = Permission.AUDIT_READ
    changes = {"POST": Permission.AUDIT_STREAMS_EDIT}

    @listed(StreamSerializer, query=StreamQuery, summary="Where the trail is sent on to, by name")
    def get(self, **chosen: Any) -> Listing:
        return find_streams(**chosen)

    @created(
        NewStreamBody,
        NewStreamSerializer,
        at=("api-audit-stream", "stream_id"),
        once_shown=("secret",),
        summary="Send the trail on to somebody",
    )
    def post(self, **data: Any) -> AuditStream:
        stream, secret = services.create_stream(actor=self.actor, **data)
        stream.shown = secret or None  # type: ignore[attr-defined]
        stream.dead_letters = 0  # type: ignore[attr-defined]
        return stream


class OneStream(_Streams):
    access = Permission.AUDIT_READ
    changes = {
        "PATCH": Permission.AUDIT_STREAMS_EDIT,
        "DELETE": Permission.AUDIT_STREAMS_EDIT,
    }

    get = read(StreamSerializer, summary="One stream")

    @changed(StreamBody, StreamSerializer, summary="Change where a stream goes, or its name")
    def patch(self, row: AuditStream, **data: Any) -> None:
        fields = {"name": row.name, "address": row.address, **data}
        services.change_stream(row, actor=self.actor, **fields)

    @removed(StreamSerializer, summary="Delete a stream")
    def delete(self, row: AuditStream) -> None:
        services.delete_stream(row, actor=self.actor)


class TestStream(_Streams):
    access = Permission.AUDIT_READ
    changes = {"POST": Permission.AUDIT_STREAMS_EDIT}

    @acted(
        None,
        StreamTrialSerializer,
        summary="Send one event that says that it is a test",
        description="It takes 25 seconds at most.",
    )
    def post(self) -> dict[str, Any]:
        return told_trial(services.try_stream(self.row(), actor=self.actor))


class PauseStream(_Streams):
    access = Permission.AUDIT_READ
    changes = {"POST": Permission.AUDIT_STREAMS_EDIT}

    @acted(None, StreamSerializer, summary="Pause a stream; what happens meanwhile is sent later")
    def post(self) -> AuditStream:
        services.disable_stream(self.row(), actor=self.actor)
        return self.row()


class ResumeBody(Body):
    skip = serializers.BooleanField(
        required=False, default=False, help_text="Leave out what has waited."
    )


class ResumeStream(_Streams):
    access = Permission.AUDIT_READ
    changes = {"POST": Permission.AUDIT_STREAMS_EDIT}

    @acted(ResumeBody, StreamSerializer, summary="Go on with a stream that is paused or gave up")
    def post(self, skip: bool) -> AuditStream:
        stream = self.row()
        if skip or stream.dead_since:
            services.resume_stream(stream, skip=skip, actor=self.actor)
        else:
            services.enable_stream(stream, actor=self.actor)
        return self.row()


class RenewStreamSecret(Resource):
    access = Permission.AUDIT_READ
    changes = {"POST": Permission.AUDIT_STREAMS_EDIT}

    @acted(
        None,
        StreamSecretSerializer,
        summary="A new secret for a stream; the old one signs nothing any more",
    )
    def post(self) -> dict[str, str]:
        stream = stream_for(self.kwargs["stream_id"])
        return {"secret": services.renew_secret(stream, actor=self.actor)}
