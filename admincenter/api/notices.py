"""Notices of what needs somebody: how things stand now, and what of it was read."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body
from accounts.api.resources import Resource, acted, told
from accounts.api.serializers import TextField

from ..notices.selectors import notices_for
from ..notices.services import mark_read
from ..notices.sources import Level


class ReadNoticesBody(Body):
    """Without keys all of them."""

    example: ClassVar = {"keys": ["message:dead"]}

    keys = serializers.ListField(child=TextField(max_length=200), required=False, max_length=500)


class LevelField(serializers.ChoiceField):
    """How much it matters, by name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[level.name.lower() for level in Level], **kwargs)

    def to_representation(self, value: Any) -> str:
        return Level(value).name.lower()


class NoticeSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"key": "missing:01a20316:1", "url": "/admincenter/hubs/acme/"}

    key = serializers.CharField(source="notice.key", help_text="Of this state of it.")
    title = serializers.CharField(source="notice.title", help_text="In your language.")
    detail = serializers.CharField(source="notice.detail")
    level = LevelField(source="notice.level")
    url = serializers.CharField(source="notice.url", help_text="The page where it is put right.")
    organization = serializers.UUIDField(source="notice.organization_id", allow_null=True)
    since = serializers.DateTimeField(source="notice.since", allow_null=True)
    is_read = serializers.BooleanField(help_text="By you.")


class NoticesSerializer(serializers.Serializer[Any]):
    results = NoticeSerializer(many=True)


class Notices(Resource):
    access = Permission.ORGANIZATIONS_READ
    within = True

    @told(
        NoticesSerializer,
        summary="What needs somebody who may do what you may",
        description="New ones first, then what matters most. What is put right goes away by itself.",
    )
    def get(self) -> dict[str, Any]:
        return {"results": notices_for(self.actor)}


class ReadNotices(Resource):
    access = Permission.ORGANIZATIONS_READ
    changes = {"POST": Permission.ORGANIZATIONS_READ}
    within = True
    by_people = frozenset({"POST"})

    @acted(ReadNoticesBody, None, summary="Mark notices as read")
    def post(self, keys: list[str] | None = None) -> Any:
        mark_read(self.actor, keys)
