"""How things stand, at a glance."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.resources import Resource, told
from accounts.models import User
from mago.audit.tags import Tag

from ..selectors import figures, outbox
from ..selectors.people import live_sessions


class CountSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    more = serializers.BooleanField(help_text="Counted to here, and there are more.")


class OverviewSerializer(serializers.Serializer[Any]):
    people = CountSerializer()
    people_new_day = CountSerializer()
    people_new_week = CountSerializer()
    sessions = CountSerializer()
    sign_ins_day = CountSerializer()
    failed_sign_ins_day = CountSerializer()
    messages_waiting = CountSerializer()
    messages_dead = CountSerializer()
    unsealed_since = serializers.DateTimeField(
        allow_null=True, help_text="Of audit events; null where all is well."
    )


class Overview(Resource):
    access = Permission.OVERVIEW_READ

    @told(OverviewSerializer, summary="How things stand on the platform")
    def get(self) -> dict[str, Any]:
        now, everybody = timezone.now(), User.objects.all()
        day, week = now - timedelta(days=1), now - timedelta(days=7)
        return {
            "people": figures.count(everybody),
            "people_new_day": figures.count(everybody.filter(created_at__gte=day)),
            "people_new_week": figures.count(everybody.filter(created_at__gte=week)),
            "sessions": figures.count(live_sessions()),
            "sign_ins_day": figures.told_since(Tag.SIGN_IN_SUCCEEDED, day),
            "failed_sign_ins_day": figures.told_since(Tag.SIGN_IN_FAILED, day),
            "messages_waiting": outbox.waiting(),
            "messages_dead": outbox.dead(),
            "unsealed_since": figures.unsealed_since(),
        }
