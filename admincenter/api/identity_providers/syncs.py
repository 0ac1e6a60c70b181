"""The syncs of a directory: asked for, followed while they run, confirmed where the brake has stopped them."""

from typing import Any

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, PageQuery
from accounts.api.resources import acted, listed, read
from accounts.federation.directory import services
from accounts.federation.directory.models import Action, RunState, SyncRun
from accounts.federation.directory.selectors import directory_of, run_for
from mago.core.keyset import Listing

from ...selectors.directories import find_changes, find_runs
from ..shapes import PersonRefSerializer
from .common import OfOneProvider


class SyncSerializer(serializers.Serializer[Any]):
    changing = (
        "state", "read", "known", "unchanged", "counts", "applied", "failures", "reason", "detail",
        "started_at", "finished_at",
    )  # fmt: skip

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=RunState.values)
    is_dry = serializers.BooleanField()
    is_full = serializers.BooleanField()
    asked_by = PersonRefSerializer(allow_null=True, help_text="Null: by the clock.")
    confirmed_by = PersonRefSerializer(allow_null=True)
    read = serializers.IntegerField()
    known = serializers.IntegerField(help_text="People whom it knew before.")
    unchanged = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="By action.")
    applied = serializers.IntegerField()
    failures = serializers.IntegerField()
    reason = serializers.CharField(help_text="Why it came to nothing.")
    detail = serializers.CharField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class SyncChangeSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    action = serializers.ChoiceField(choices=Action.values)
    label = serializers.CharField(help_text="Whom it is about.")  # type: ignore[assignment]
    why = serializers.CharField()
    is_applied = serializers.BooleanField(allow_null=True, help_text="Null: not yet, or never.")


class SyncChangeQuery(PageQuery):
    action = serializers.ChoiceField(choices=Action.values, required=False)
    applied = serializers.ChoiceField(choices=["yes", "no"], required=False)


class SyncBody(Body):
    dry_run = serializers.BooleanField(required=False, default=True)


class Syncs(OfOneProvider):
    changes = {"POST": Permission.IDENTITY_PROVIDERS_EDIT}

    @listed(SyncSerializer, summary="The syncs of a directory, the newest first")
    def get(self) -> Listing:
        return find_runs(self.provider())

    @acted(
        SyncBody,
        SyncSerializer,
        summary="Have the directory read, and taken over unless it is a dry run",
        description="`409 still_running` while it is being read.",
        code=202,
    )
    def post(self, dry_run: bool) -> SyncRun:
        provider = self.provider()
        directory_of(provider)
        return services.request(provider=provider, is_dry=dry_run, actor=self.actor)


class _OfOneSync(OfOneProvider):
    def row(self) -> SyncRun:
        return run_for(self.provider(), self.kwargs["run_id"])


class OneSync(_OfOneSync):
    get = read(SyncSerializer, summary="One sync, and how far it is")


class SyncChanges(_OfOneSync):
    @listed(
        SyncChangeSerializer,
        query=SyncChangeQuery,
        summary="Whom a sync concerns, and what is done about them",
    )
    def get(self, **chosen: str) -> Listing:
        return find_changes(self.row(), **chosen)


class ConfirmSync(_OfOneSync):
    changes = {"POST": Permission.IDENTITY_PROVIDERS_EDIT}

    @acted(
        None,
        SyncSerializer,
        summary="Carry a sync out that the brake has stopped, as it was shown",
        code=202,
    )
    def post(self) -> SyncRun:
        services.confirm(run=self.row(), actor=self.actor)
        return self.row()


class DropSync(_OfOneSync):
    changes = {"POST": Permission.IDENTITY_PROVIDERS_EDIT}

    @acted(None, SyncSerializer, summary="Carry nothing out of what the brake has stopped")
    def post(self) -> SyncRun:
        services.drop(run=self.row(), actor=self.actor)
        return self.row()
