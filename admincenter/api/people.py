"""People: found, disabled and enabled, let in again, signed out."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.access.services import set_active
from accounts.api.bodies import OptionalReasonBody, PageQuery, Query, ReasonBody
from accounts.api.resources import Resource, acted, listed, read, removed
from accounts.api.serializers import TextField
from accounts.mfa.selectors import factors_of, open_request
from accounts.mfa.services.administration import issue_recovery_code
from accounts.models import User
from accounts.provider.models import TokenFamily
from accounts.provider.selectors import families_of, family_by_id
from accounts.sessions.models import Session
from accounts.sessions.selectors import session_of, sessions_of
from mago.core.keyset import Listing

from .. import services
from ..fields import DAYS
from ..forms import PEOPLE_STATES
from ..selectors.people import find_people, person_for, roles_of
from .shapes import FactorSerializer, PersonRefSerializer, ProgramSerializer, SessionSerializer


class PersonSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"name": "Ada Lovelace"}

    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    is_active = serializers.BooleanField()
    email_confirmed = serializers.BooleanField(source="is_confirmed")
    created_at = serializers.DateTimeField()
    last_sign_in_at = serializers.DateTimeField(source="last_login", allow_null=True)


class HeldSomewhereSerializer(serializers.Serializer[Any]):
    role = serializers.CharField(source="role_key")
    name = serializers.CharField(source="role_name", help_text="In your language.")
    organization = serializers.UUIDField(source="organization_id", allow_null=True)
    site = serializers.UUIDField(source="site_id", allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)


class RecoveryRequestSerializer(serializers.Serializer[Any]):
    requested_by = PersonRefSerializer()
    reason = serializers.CharField()
    expires_at = serializers.DateTimeField()


class WholePersonSerializer(PersonSerializer):
    language = serializers.CharField()
    roles = HeldSomewhereSerializer(source="roles_held", many=True)
    factors = FactorSerializer(source="factors_held", many=True)
    recovery_request = RecoveryRequestSerializer(
        allow_null=True, help_text="Waits for a second administrator."
    )


class RecoverySerializer(serializers.Serializer[Any]):
    code = serializers.CharField(
        allow_null=True,
        help_text="To be told to the person, and never shown again; null where a second administrator has to "
        "grant it first.",
    )


class PeopleFilters(Query):
    q = TextField(
        required=False,
        max_length=200,
        help_text="What the e-mail address or the name contains; short of three letters, how it begins.",
    )
    state = serializers.ChoiceField(
        choices=[state for state, _label in PEOPLE_STATES], required=False
    )
    joined = serializers.ChoiceField(
        choices=list(DAYS), required=False, help_text="Within so many days."
    )

    def validate_joined(self, days: str) -> Any:
        return DAYS[days]


class PeopleQuery(PeopleFilters, PageQuery):
    """Of a list."""


class People(Resource):
    access = Permission.PEOPLE_READ

    @listed(
        PersonSerializer,
        query=PeopleQuery,
        summary="People",
        description="The newest first; with `q` by e-mail address.",
    )
    def get(self, **chosen: Any) -> Listing:
        return find_people(**chosen, whole=True)


class _OfOnePerson(Resource):
    def person(self) -> User:
        key: UUID = self.kwargs["person_id"]
        return person_for(key)

    def person_asked_for(self) -> User:
        """To be shown something of, or to change it."""
        return self.read_person() if self.request.method == "GET" else self.person()

    def read_person(self) -> User:
        """To be shown: that somebody looked is recorded."""
        person = self.person()
        services.tell_of_reading(person, actor=self.actor)
        return person


class OnePerson(_OfOnePerson):
    access = Permission.PEOPLE_READ

    def row(self) -> Any:
        person: Any = self.read_person()
        person.roles_held = list(roles_of(person))
        person.factors_held = factors_of(person)
        person.recovery_request = open_request(person)
        return person

    get = read(WholePersonSerializer, summary="One person, with what they hold")


class DisablePerson(_OfOnePerson):
    access = Permission.PEOPLE_READ
    changes = {"POST": Permission.PEOPLE_DISABLE}

    @acted(
        ReasonBody,
        PersonSerializer,
        summary="Disable somebody",
        description="They are signed out everywhere. `409 self` for oneself, `403 outranked` for who holds more.",
    )
    def post(self, reason: str) -> User:
        set_active(user=self.person(), active=False, actor=self.actor, reason=reason)
        return self.person()


class EnablePerson(_OfOnePerson):
    access = Permission.PEOPLE_READ
    changes = {"POST": Permission.PEOPLE_DISABLE}

    @acted(None, PersonSerializer, summary="Enable somebody")
    def post(self) -> User:
        set_active(user=self.person(), active=True, actor=self.actor)
        return self.person()


class RecoverPerson(_OfOnePerson):
    access = Permission.PEOPLE_READ
    changes = {"POST": Permission.PEOPLE_RECOVER}

    @acted(
        ReasonBody,
        RecoverySerializer,
        summary="Let somebody in who has lost every factor",
        description="The code stands in for the second factor once. For whoever administers the platform or owns an "
        "organization a second administrator has to ask for the same.",
    )
    def post(self, reason: str) -> dict[str, Any]:
        code = issue_recovery_code(person=self.person(), actor=self.actor, reason=reason)
        return {"code": code}


class SendReset(_OfOnePerson):
    access = Permission.PEOPLE_READ
    changes = {"POST": Permission.PEOPLE_RESET_PASSWORD}

    @acted(OptionalReasonBody, None, summary="Mail somebody a link to set a new password")
    def post(self, reason: str) -> None:
        services.send_reset(person=self.person(), actor=self.actor, reason=reason)


class SignOutPerson(_OfOnePerson):
    access = Permission.PEOPLE_READ
    changes = {"POST": Permission.SESSIONS_END}

    @acted(OptionalReasonBody, None, summary="End every session and every program of somebody")
    def post(self, reason: str) -> None:
        services.end_sessions_of(self.person(), actor=self.actor, reason=reason)


class SessionsOfPerson(_OfOnePerson):
    access = Permission.PEOPLE_READ

    @listed(SessionSerializer, summary="The browsers in which somebody is signed in")
    def get(self) -> Listing:
        return Listing((sessions_of(self.read_person()),), key=("last_seen_at", "id"))


class SessionOfPerson(_OfOnePerson):
    access = Permission.PEOPLE_READ
    changes = {"DELETE": Permission.SESSIONS_END}

    def row(self) -> Session:
        return session_of(self.person_asked_for(), self.kwargs["session_id"])

    get = read(SessionSerializer, summary="One session")

    @removed(SessionSerializer, summary="End a session")
    def delete(self, row: Session) -> None:
        services.end_session_of(row, actor=self.actor)


class ProgramsOfPerson(_OfOnePerson):
    access = Permission.PEOPLE_READ

    @listed(ProgramSerializer, summary="The programs in which somebody is signed in")
    def get(self) -> Listing:
        found = families_of(self.read_person()).select_related("application")
        return Listing((found,), key=("last_used_at", "id"))


class ProgramOfPerson(_OfOnePerson):
    access = Permission.PEOPLE_READ
    changes = {"DELETE": Permission.SESSIONS_END}

    def row(self) -> TokenFamily:
        return family_by_id(self.person_asked_for(), self.kwargs["family_id"])

    get = read(ProgramSerializer, summary="One program")

    @removed(ProgramSerializer, summary="Sign a program out")
    def delete(self, row: TokenFamily) -> None:
        services.sign_program_out(row, actor=self.actor)
