"""The audit trail: of the platform, and of one organization. Who searches it is recorded in it."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import PageQuery, Query
from accounts.api.resources import OrganizationResource, Resource, listed, read
from accounts.api.serializers import TextField
from accounts.organizations.models import Organization
from mago.audit import canonical, selectors
from mago.audit.models import AuditEvent, Outcome
from mago.audit.search import LONGEST_PERIOD, LOOKS_AT, is_long, request_of
from mago.audit.tags import Tag
from mago.core.errors import NotFound
from mago.core.keyset import Listing

from ..selectors.trail import find_events, give_a_period, link_of, not_a_request
from ..services import tell_of_event, tell_of_search
from .common import key_of_organization, key_of_person


class WhoSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True)
    label = serializers.CharField(
        help_text="As it is called now; the key of a person who was erased."
    )  # type: ignore[assignment]


class TargetSerializer(serializers.Serializer[Any]):
    type = serializers.CharField()
    id = serializers.CharField()
    label = serializers.CharField(help_text="As it was then; people as the actor.")  # type: ignore[assignment]


class EventSerializer(serializers.Serializer[Any]):
    """docs/audit-format.md says what each field means."""

    id = serializers.IntegerField()
    time = serializers.DateTimeField()
    tag = serializers.CharField()
    outcome = serializers.CharField()
    actor = serializers.SerializerMethodField()
    on_behalf_of = serializers.SerializerMethodField()
    target = serializers.SerializerMethodField()
    organization = serializers.UUIDField(source="organization_id", allow_null=True)
    address = serializers.CharField()
    user_agent = serializers.CharField()
    request_id = serializers.CharField()
    detail = serializers.DictField(source="told_detail")

    def get_actor(self, event: AuditEvent) -> WhoSerializer:
        return {"id": event.actor_id, "label": event.actor_name}  # type: ignore[return-value]

    def get_on_behalf_of(self, event: AuditEvent) -> WhoSerializer:
        return {"id": event.on_behalf_of_id, "label": event.on_behalf_of_name}  # type: ignore[return-value]

    def get_target(self, event: AuditEvent) -> TargetSerializer:
        return {  # type: ignore[return-value]
            "type": event.target_type,
            "id": event.target_id,
            "label": event.target_name,
        }


class SealSerializer(serializers.Serializer[Any]):
    """The link of the chain that seals the event."""

    sequence = serializers.IntegerField()
    hash = serializers.SerializerMethodField()

    def get_hash(self, link: Any) -> str:
        return bytes(link.hash).hex()


class WholeEventSerializer(EventSerializer):
    changing = ("seal",)

    is_genuine = serializers.BooleanField(help_text="Whether this installation wrote it so.")
    seal = SealSerializer(allow_null=True)


class OrganizationFilters(Query):
    """Without filters by person: who has an account elsewhere is nobody's business in an organization."""

    tag = serializers.ChoiceField(choices=[tag.value for tag in Tag], required=False)
    outcome = serializers.ChoiceField(choices=Outcome.values, required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    request_id = TextField(
        required=False,
        max_length=64,
        help_text="What one request did within five minutes, by the `request_id` of an error or an event.",
    )
    text = TextField(
        required=False,
        max_length=254,
        help_text="A part of what an event is about, or a whole e-mail or IP address; with `since`, and a period of at most"
        f" {LONGEST_PERIOD.days} days. Of a text or a request a page looks at {LOOKS_AT:,} events: it may be short or"
        " empty, and `next` goes on.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("text") and is_long(attrs.get("since"), attrs.get("until")):
            raise serializers.ValidationError({"since": [give_a_period()]})
        return attrs

    def validate_request_id(self, text: str) -> str:
        if (key := request_of(text)) is None:
            raise serializers.ValidationError(not_a_request())
        return key

    def validate_since(self, moment: Any) -> Any:
        return _in_reach(moment)

    def validate_until(self, moment: Any) -> Any:
        return _in_reach(moment)


class EventFilters(OrganizationFilters):
    actor = TextField(required=False, max_length=254, help_text="E-mail address or identifier.")
    about = TextField(required=False, max_length=254, help_text="E-mail address or identifier.")
    address = serializers.IPAddressField(required=False)
    organization = TextField(
        required=False, max_length=60, help_text="Short name or identifier of an organization."
    )

    def validate_organization(self, text: str) -> UUID:
        return key_of_organization(text)

    def validate_actor(self, text: str) -> UUID:
        return key_of_person(text)

    def validate_about(self, text: str) -> UUID:
        return key_of_person(text)


class OrganizationEventQuery(PageQuery, OrganizationFilters):
    """A page of what they find."""


class EventQuery(PageQuery, EventFilters):
    """A page of what they find."""


def _in_reach(moment: Any) -> Any:
    # No database, and no time zone, can take the first and the last years that Python knows.
    if not 1970 <= moment.year < 3000:
        raise serializers.ValidationError(_("Give a date from 1970 on."))
    return moment


def _tell_of_search(
    view: Resource, chosen: dict[str, Any], organization: Organization | None = None
) -> None:
    # Each page of it: anybody can write a cursor.
    tell_of_search(chosen, actor=view.actor, organization=organization)


def _whole(view: Resource, event: Any, organization: Organization | None = None) -> Any:
    """The event as it is shown whole; that somebody read it is recorded."""
    tell_of_event(event, actor=view.actor, organization=organization)
    event.is_genuine = canonical.is_ours(event)
    event.seal = link_of(event)
    return event


class Events(Resource):
    access = Permission.AUDIT_READ

    @listed(EventSerializer, query=EventQuery, summary="The audit trail, newest first")
    def get(self, **chosen: Any) -> Listing:
        _tell_of_search(self, chosen)
        return find_events(**chosen)


class OneEvent(Resource):
    access = Permission.AUDIT_READ

    def row(self) -> Any:
        return _whole(self, selectors.event(self.kwargs["event_id"]))

    get = read(WholeEventSerializer, summary="One event, and the link that seals it")


class OrganizationEvents(OrganizationResource):
    access = Permission.AUDIT_READ

    @listed(
        EventSerializer,
        query=OrganizationEventQuery,
        summary="The audit trail of an organization, newest first",
    )
    def get(self, **chosen: Any) -> Listing:
        _tell_of_search(self, chosen, self.organization)
        return find_events(organization=self.organization, **chosen)


class OrganizationEvent(OrganizationResource):
    access = Permission.AUDIT_READ

    def row(self) -> Any:
        event = selectors.event(self.kwargs["event_id"])
        if event.organization_id != self.organization.pk:
            raise NotFound
        return _whole(self, event, self.organization)

    get = read(WholeEventSerializer, summary="One event of an organization")
