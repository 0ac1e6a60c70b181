"""How things stand, at a glance."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.resources import Resource, told
from accounts.models import User
from mago.audit.tags import Tag

from ..periods import DAY, WEEK
from ..selectors import factors, figures, outbox, standing
from ..selectors.fleets import all_fleets
from ..selectors.people import live_sessions

TAGS = (Tag.SIGN_IN_SUCCEEDED, Tag.SIGN_IN_FAILED)


class CountSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    more = serializers.BooleanField(help_text="Counted to here, and there are more.")


class FleetSerializer(serializers.Serializer[Any]):
    awaited = serializers.IntegerField()
    online = serializers.IntegerField()
    missing = serializers.IntegerField(source="offline")
    quarantined = serializers.IntegerField()


class FindingsSerializer(serializers.Serializer[Any]):
    overdue = serializers.IntegerField()
    week = serializers.IntegerField(help_text="Due within 7 days.")
    month = serializers.IntegerField(help_text="Due within 30 days.")
    later = serializers.IntegerField()
    undated = serializers.IntegerField()


class CoverageSerializer(serializers.Serializer[Any]):
    people = serializers.IntegerField()
    covered = serializers.IntegerField(help_text="With a passkey, an authenticator app or SMS.")
    cut = serializers.BooleanField(help_text="Only the newest people were counted.")


class OverviewSerializer(serializers.Serializer[Any]):
    people = CountSerializer()
    people_new_day = CountSerializer()
    people_new_week = CountSerializer()
    sessions = CountSerializer()
    sign_ins_day = CountSerializer()
    failed_sign_ins_day = CountSerializer()
    second_factors = CoverageSerializer()
    hubs = FleetSerializer()
    findings = FindingsSerializer(help_text="Open tickets of the platform, by due date.")
    certificate_days = serializers.IntegerField(
        allow_null=True, help_text="Until the first certificate of a watched endpoint ends."
    )
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
        last_day = figures.traffic("api", DAY, TAGS)
        first = standing.next_certificate()
        return {
            "people": figures.count(everybody),
            "people_new_day": figures.count(everybody.filter(created_at__gte=now - DAY.length)),
            "people_new_week": figures.count(everybody.filter(created_at__gte=now - WEEK.length)),
            "sessions": figures.count(live_sessions()),
            "sign_ins_day": figures.Count(last_day.sum((Tag.SIGN_IN_SUCCEEDED,))),
            "failed_sign_ins_day": figures.Count(last_day.sum((Tag.SIGN_IN_FAILED,))),
            "second_factors": factors.coverage(),
            "hubs": all_fleets(),
            "findings": standing.findings(),
            "certificate_days": first.days if first else None,
            "messages_waiting": outbox.waiting(),
            "messages_dead": outbox.dead(),
            "unsealed_since": figures.unsealed_since(),
        }
