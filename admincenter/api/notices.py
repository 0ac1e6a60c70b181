"""Notices of what needs somebody, marked as read."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body
from accounts.api.resources import Resource, acted
from accounts.api.serializers import TextField

from ..notices.services import mark_read


class ReadNoticesBody(Body):
    """Without keys all of them."""

    example: ClassVar = {"keys": ["message:dead"]}

    keys = serializers.ListField(child=TextField(max_length=200), required=False, max_length=500)


class ReadNotices(Resource):
    access = Permission.ORGANIZATIONS_READ
    changes = {"POST": Permission.ORGANIZATIONS_READ}
    within = True
    by_people = frozenset({"POST"})

    @acted(ReadNoticesBody, None, summary="Mark notices as read")
    def post(self, keys: list[str] | None = None) -> Any:
        mark_read(self.actor, keys)
