"""Messages: what was sent, what waits, what is dead and may be tried again. What they say stays sealed."""

from typing import Any

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import PageQuery
from accounts.api.resources import Resource, acted, listed, read
from mago.core.keyset import Listing
from mago.messaging.models import Message, Status
from mago.messaging.services import retry

from .. import services
from ..selectors import outbox


class MessageSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    channel = serializers.CharField()
    template = serializers.CharField()
    recipient = serializers.CharField()
    language = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.values)
    attempts = serializers.IntegerField()
    due_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField()
    gateway = serializers.CharField()
    message_id = serializers.CharField(help_text="In the header of the mail.")
    carrier_id = serializers.CharField()
    delivery = serializers.CharField(help_text="What the carrier of an SMS reports.")
    delivery_error = serializers.CharField()
    can_be_retried = serializers.BooleanField()


class RetriedSerializer(serializers.Serializer[Any]):
    retried = serializers.IntegerField()
    useless = serializers.IntegerField(help_text="Stay dead: what they say is no longer of use.")


class MessageQuery(PageQuery):
    status = serializers.ChoiceField(choices=Status.values, required=False)


class Messages(Resource):
    access = Permission.MESSAGES_READ

    @listed(MessageSerializer, query=MessageQuery, summary="Mails and SMS, newest first")
    def get(self, **chosen: Any) -> Listing:
        return outbox.find_messages(**chosen)


class OneMessage(Resource):
    access = Permission.MESSAGES_READ

    def row(self) -> Message:
        return outbox.message_for(self.kwargs["message_id"])

    get = read(MessageSerializer, summary="One message, but for what it says")


class RetryMessage(Resource):
    access = Permission.MESSAGES_READ
    changes = {"POST": Permission.MESSAGES_RETRY}

    @acted(None, MessageSerializer, summary="Try to send a dead message again")
    def post(self) -> Message:
        retry(outbox.message_for(self.kwargs["message_id"]), actor=self.actor)
        return outbox.message_for(self.kwargs["message_id"])


class RetryDead(Resource):
    access = Permission.MESSAGES_READ
    changes = {"POST": Permission.MESSAGES_RETRY}

    @acted(None, RetriedSerializer, summary="Try to send the newest dead messages again")
    def post(self) -> dict[str, int]:
        retried, useless = services.retry_dead(actor=self.actor)
        return {"retried": retried, "useless": useless}
