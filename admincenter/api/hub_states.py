"""Hubs are narrowed, shut out, let in again, and given a new credential."""

from accounts.access.permissions import Permission
from accounts.api.bodies import OptionalReasonBody
from accounts.api.resources import acted
from hubs import services
from hubs.models import Hub

from .hubs import HubSerializer, OfOneHub


class _ChangeOfState(OfOneHub):
    access = Permission.HUBS_READ


class QuarantineHub(_ChangeOfState):
    changes = {"POST": Permission.HUBS_EDIT}

    @acted(
        OptionalReasonBody,
        HubSerializer,
        summary="Quarantine a hub: it may only tell how it is, and update itself",
    )
    def post(self, reason: str) -> Hub:
        services.quarantine_hub(hub=self.row(), reason=reason, actor=self.actor)
        return self.row()


class SuspendHub(_ChangeOfState):
    changes = {"POST": Permission.HUBS_EDIT}

    @acted(OptionalReasonBody, HubSerializer, summary="Suspend a hub: it is refused")
    def post(self, reason: str) -> Hub:
        services.suspend_hub(hub=self.row(), reason=reason, actor=self.actor)
        return self.row()


class LockHubDown(_ChangeOfState):
    changes = {"POST": Permission.HUBS_EDIT}
    asks_again = frozenset({"POST"})
    by_people = frozenset({"POST"})

    @acted(
        OptionalReasonBody, HubSerializer, summary="Lock a hub down: it is refused, owners are told"
    )
    def post(self, reason: str) -> Hub:
        services.lock_down_hub(hub=self.row(), reason=reason, actor=self.actor)
        return self.row()


class ReactivateHub(_ChangeOfState):
    changes = {"POST": Permission.HUBS_EDIT}

    @acted(OptionalReasonBody, HubSerializer, summary="A hub may do again all that hubs do")
    def post(self, reason: str) -> Hub:
        services.reactivate_hub(hub=self.row(), reason=reason, actor=self.actor)
        return self.row()


class RetireHub(_ChangeOfState):
    changes = {"POST": Permission.HUBS_RETIRE}

    @acted(OptionalReasonBody, HubSerializer, summary="Retire a hub: it is refused for good")
    def post(self, reason: str) -> Hub:
        services.retire_hub(hub=self.row(), reason=reason, actor=self.actor)
        return self.row()


class RevokeHub(_ChangeOfState):
    changes = {"POST": Permission.HUBS_EDIT}

    @acted(
        OptionalReasonBody,
        HubSerializer,
        summary="Revoke what a hub proves itself with",
        description="It comes back by a new enrolment only.",
    )
    def post(self, reason: str) -> Hub:
        services.revoke_credentials(hub=self.row(), reason=reason, actor=self.actor)
        return self.row()


class RotateHub(_ChangeOfState):
    changes = {"POST": Permission.HUBS_ROTATE}

    @acted(
        None, HubSerializer, summary="Have a hub make itself a new credential at its next sign-in"
    )
    def post(self) -> Hub:
        services.ask_for_rotation(hub=self.row(), actor=self.actor)
        return self.row()
