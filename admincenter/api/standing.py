"""Shutting people and organizations out, and letting them in again: lockdowns, the recycle bin, erasure; and copies."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import FileResponse, HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from accounts.access.permissions import Permission
from accounts.api.bodies import PageQuery, ReasonBody
from accounts.api.files import file_response
from accounts.api.resources import OrganizationResource, Resource, acted, listed
from accounts.models import User
from accounts.privacy import services as privacy
from accounts.privacy.models import DataRequest, State
from accounts.privacy.selectors import copies_asked_by, copy_for
from accounts.standing import services
from accounts.standing.models import Lockdown
from accounts.standing.selectors import lockdown_for
from mago.core.errors import NotFound
from mago.core.keyset import Listing

from ..selectors.lockdowns import find_lockdowns
from ..selectors.people import person_for
from ..services import lock_down_organization, lock_down_person

_POST = frozenset({"POST"})


class LockdownSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"reason": "Their laptop was stolen.", "lifted_because": ""}

    id = serializers.UUIDField()
    person = serializers.UUIDField(source="person_id", allow_null=True)
    organization = serializers.UUIDField(source="organization_id", allow_null=True)
    reason = serializers.CharField()
    started_at = serializers.DateTimeField()
    lifted_at = serializers.DateTimeField(allow_null=True)
    lifted_because = serializers.CharField()


class LockdownQuery(PageQuery):
    state = serializers.ChoiceField(choices=["current", "lifted"], required=False)


class LockPersonBody(ReasonBody):
    with_api_tokens = serializers.BooleanField(
        required=False, default=False, help_text="Revoke the API tokens that they made, too."
    )


class PersonCopySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=State.values)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    downloaded_at = serializers.DateTimeField(allow_null=True)


class Lockdowns(Resource):
    access = Permission.LOCKDOWNS_READ

    @listed(LockdownSerializer, query=LockdownQuery, summary="Lockdowns, the newest first")
    def get(self, state: str = "current") -> Listing:
        return find_lockdowns(state=state)


class LiftLockdown(Resource):
    access = Permission.LOCKDOWNS_EDIT
    changes = {"POST": Permission.LOCKDOWNS_EDIT}
    by_people = _POST

    @acted(ReasonBody, LockdownSerializer, summary="Lift a lockdown")
    def post(self, reason: str) -> Lockdown:
        found = lockdown_for(self.kwargs["lockdown_id"])
        services.lift_lockdown(lockdown=found, reason=reason, actor=self.actor)
        found.refresh_from_db()
        return found


class LockOrganizationDown(OrganizationResource):
    access = Permission.LOCKDOWNS_EDIT
    changes = {"POST": Permission.LOCKDOWNS_EDIT}
    by_people = _POST

    @acted(
        ReasonBody,
        LockdownSerializer,
        summary="Shut an organization out: its people, programs and hubs",
        code=201,
    )
    def post(self, reason: str) -> Lockdown:
        return lock_down_organization(
            organization=self.organization, reason=reason, actor=self.actor
        )


class _OfOnePerson(Resource):
    by_people = _POST

    def person(self) -> User:
        key: UUID = self.kwargs["person_id"]
        return person_for(key)


class LockPersonDown(_OfOnePerson):
    access = Permission.LOCKDOWNS_EDIT
    changes = {"POST": Permission.LOCKDOWNS_EDIT}

    @acted(LockPersonBody, LockdownSerializer, summary="Shut somebody out, at once", code=201)
    def post(self, reason: str, with_api_tokens: bool) -> Lockdown:
        return lock_down_person(
            person=self.person(),
            reason=reason,
            with_api_tokens=with_api_tokens,
            actor=self.actor,
        )


class DeletePerson(_OfOnePerson):
    access = Permission.PEOPLE_DELETE
    changes = {"POST": Permission.PEOPLE_DELETE}

    @acted(ReasonBody, None, summary="Put somebody into the recycle bin")
    def post(self, reason: str) -> None:
        services.delete_person(person=self.person(), reason=reason, actor=self.actor)


class RestorePerson(_OfOnePerson):
    access = Permission.PEOPLE_DELETE
    changes = {"POST": Permission.PEOPLE_DELETE}

    @acted(None, None, summary="Take somebody out of the recycle bin")
    def post(self) -> None:
        services.restore_person(person=self.person(), actor=self.actor)


class ErasePerson(_OfOnePerson):
    access = Permission.PEOPLE_DELETE
    changes = {"POST": Permission.PEOPLE_DELETE}

    @acted(ReasonBody, None, summary="Erase somebody; a worker does it, and it is for good")
    def post(self, reason: str) -> None:
        privacy.ask_for_erasure(person=self.person(), reason=reason, actor=self.actor)


class PersonCopies(_OfOnePerson):
    access = Permission.PEOPLE_EXPORT
    changes = {"POST": Permission.PEOPLE_EXPORT}

    @listed(
        PersonCopySerializer,
        summary="The copies of somebody's data that you asked for, the newest first",
    )
    def get(self) -> Listing:
        found = copies_asked_by(self.actor.pk, self.person().pk)
        return Listing((found,), key=("created_at", "id"))

    @acted(
        ReasonBody,
        PersonCopySerializer,
        summary="Ask for a copy of all that is held of somebody",
        code=202,
    )
    def post(self, reason: str) -> DataRequest:
        person = self.person()
        privacy.ask_for_copy(person=person, reason=reason, actor=self.actor)
        return copies_asked_by(self.actor.pk, person.pk)[0]


class PersonCopyFile(_OfOnePerson):
    access = Permission.PEOPLE_EXPORT
    # It is given once: whoever asked for its head alone would have taken it, and got nothing.
    http_method_names: ClassVar[list[str]] = ["get"]  # type: ignore[misc]

    @file_response("application/json", summary="A copy", description="Once, and that is recorded.")
    def get(self, request: Request, **path: Any) -> HttpResponseBase:
        found = copy_for(self.actor.pk, self.kwargs["copy_id"])
        if found.person_id != self.kwargs["person_id"]:
            raise NotFound
        file = privacy.download(found, actor=self.actor)
        name = f"person-{found.person_id}.json"
        return FileResponse(file, as_attachment=True, filename=name)
