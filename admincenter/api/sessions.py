"""Who is signed in with a browser, everywhere."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import PageQuery
from accounts.api.resources import Resource, listed
from accounts.api.serializers import TextField
from mago.core.keyset import Listing

from .. import services
from ..fields import DAYS
from ..selectors.people import find_sessions
from .common import key_of_person
from .shapes import PersonRefSerializer, SessionSerializer


class LiveSessionSerializer(SessionSerializer):
    """A browser in which somebody is signed in, and who."""

    person = PersonRefSerializer(source="user")


class SessionQuery(PageQuery):
    person = TextField(required=False, max_length=254, help_text="E-mail address or identifier.")
    address = serializers.IPAddressField(required=False)
    since = serializers.ChoiceField(
        choices=list(DAYS), required=False, help_text="Signed in within so many days."
    )

    def validate_person(self, text: str) -> UUID:
        return key_of_person(text)

    def validate_since(self, days: str) -> Any:
        return DAYS[days]


class Sessions(Resource):
    access = Permission.SESSIONS_READ

    @listed(
        LiveSessionSerializer,
        query=SessionQuery,
        summary="The browsers in which anybody is signed in, the newest first",
    )
    def get(self, **chosen: Any) -> Listing:
        services.tell_of_looking_for(chosen.get("person"), actor=self.actor)
        return find_sessions(**chosen)
