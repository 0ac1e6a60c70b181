"""Whether the trail is whole: its newest signed checkpoint, and a walk along all of it in the background."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers, status

from accounts.access.permissions import Permission
from accounts.api.resources import Resource, acted, listed, told
from mago.audit.checkpoints import newest_checkpoint
from mago.audit.jobs.selectors import verifications
from mago.audit.jobs.services import request_verification
from mago.audit.models import AuditJob
from mago.audit.statements import keys
from mago.core.errors import NotFound
from mago.core.keyset import Listing


class VerificationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.CharField()
    progress = serializers.IntegerField(help_text="Links looked at.")
    total = serializers.IntegerField(allow_null=True)
    answer = serializers.DictField(
        allow_null=True, help_text="`links`, `removed`, `head`, and `problem`: null, or the first."
    )
    error = serializers.CharField()
    asked_by = serializers.CharField(source="actor_label")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class CheckpointSerializer(serializers.Serializer[Any]):
    """As `manage.py audit_checkpoint` prints it (docs/audit-format.md)."""

    checkpoint = serializers.DictField()
    keys = serializers.ListField(child=serializers.DictField())


class Verifications(Resource):
    access = Permission.AUDIT_READ
    changes = {"POST": Permission.AUDIT_READ}

    @listed(VerificationSerializer, summary="The verifications that were asked for, newest first")
    def get(self) -> Listing:
        return Listing((verifications(),), key=("created_at", "id"))

    @acted(
        None,
        VerificationSerializer,
        summary="Have the whole trail verified",
        code=status.HTTP_202_ACCEPTED,
    )
    def post(self) -> AuditJob:
        return request_verification(actor=self.actor)


class Checkpoint(Resource):
    access = Permission.AUDIT_READ

    @told(CheckpointSerializer, summary="The newest signed checkpoint, to be kept elsewhere")
    def get(self) -> dict[str, Any]:
        newest = newest_checkpoint()
        if newest is None:
            raise NotFound(_("Nothing was signed yet."))
        return {"checkpoint": newest.statement, "keys": [key.statement for key in keys()]}
