"""Releases, and the checkpoints that they must pass."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body
from accounts.api.resources import acted, changed, created, listed, merged, read
from accounts.api.serializers import TextField
from mago.core.errors import NotFound
from mago.core.keyset import Listing

from ..models import CheckpointKind, Release, ReleaseState
from ..selectors.releases import all_releases, checkpoints_of, release_for
from ..services import releases as services
from .common import ProgrammeResource, optional


class ReleaseCheckpointSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=CheckpointKind.values)
    signed_by = serializers.CharField(
        source="signed_label", help_text="As the person was called then."
    )
    signed_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()


class ReleaseSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    version = serializers.CharField()
    notes = serializers.CharField()
    target_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=ReleaseState.values)
    checkpoints = serializers.SerializerMethodField()
    ended_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    @extend_schema_field(ReleaseCheckpointSerializer(many=True))
    def get_checkpoints(self, release: Release) -> Any:
        rows = sorted(release.checkpoints.all(), key=lambda gate: ORDER[gate.kind])
        return ReleaseCheckpointSerializer(rows, many=True).data


# In which they are passed.
ORDER = {kind: number for number, kind in enumerate(CheckpointKind.values)}


class ReleaseBody(Body):
    version = TextField(max_length=60)
    target_on = serializers.DateField(required=False, allow_null=True)
    notes = optional(500)


class NoteBody(Body):
    example: ClassVar = {"note": "Looked at the changes since 2.5.0."}

    note = optional(500)


class CancelBody(Body):
    reason = optional(300)


class Releases(ProgrammeResource):
    access = Permission.RELEASES_READ
    changes = {"POST": Permission.RELEASES_EDIT}

    @listed(ReleaseSerializer, summary="Releases, the newest first")
    def get(self) -> Listing:
        return Listing((all_releases(self.programme),), key=("created_at", "id"))

    @created(
        ReleaseBody,
        ReleaseSerializer,
        at=("api-release", "release_id"),
        summary="A release for which fixes can be planned",
    )
    def post(self, **data: Any) -> Release:
        return services.create_release(programme=self.programme, actor=self.actor, **data)


class _OfOneRelease(ProgrammeResource):
    access = Permission.RELEASES_READ

    def row(self) -> Release:
        return release_for(self.programme, self.kwargs["release_id"])


class OneRelease(_OfOneRelease):
    changes = {"PATCH": Permission.RELEASES_EDIT}

    get = read(ReleaseSerializer, summary="One release")

    @changed(ReleaseBody, ReleaseSerializer, summary="Change a release that is planned")
    def patch(self, row: Release, **data: Any) -> None:
        fields = merged(row, data, "version", "target_on", "notes")
        services.edit_release(release=row, actor=self.actor, **fields)


class SignCheckpoint(_OfOneRelease):
    changes = {"POST": Permission.RELEASES_SIGN_OFF}
    by_people = frozenset({"POST"})

    @acted(
        NoteBody,
        ReleaseSerializer,
        summary="Sign a checkpoint off",
        description="`400 own_fix` for whoever worked on a fix that the release carries.",
    )
    def post(self, note: str = "") -> Release:
        wanted = self.kwargs["checkpoint"]
        gate = next((one for one in checkpoints_of(self.row()) if one.kind == wanted), None)
        if gate is None:
            raise NotFound
        gate.release = self.row()
        services.sign_off(checkpoint=gate, actor=self.actor, note=note)
        return self.row()


class DeployRelease(_OfOneRelease):
    changes = {"POST": Permission.RELEASES_EDIT}

    @acted(
        None,
        ReleaseSerializer,
        summary="Say that a release is deployed",
        description="`409 open_gate` while a checkpoint is open, `409 not_verified` while a fix in it is.",
    )
    def post(self) -> Release:
        services.deploy_release(release=self.row(), actor=self.actor)
        return self.row()


class CancelRelease(_OfOneRelease):
    changes = {"POST": Permission.RELEASES_EDIT}

    @acted(
        CancelBody,
        ReleaseSerializer,
        summary="Say that a release will not come",
        description="`409 carries_fixes` while it is to carry a fix that is owed.",
    )
    def post(self, reason: str = "") -> Release:
        services.cancel_release(release=self.row(), actor=self.actor, reason=reason)
        return self.row()
