"""Why may somebody do something, who else may, and what a change would do: as the pages of an organization say it."""

from typing import Any
from uuid import UUID

from django.apps import apps
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError
from rest_framework.views import APIView

from accounts.access.dry_run import BadRule, DryRun, if_condition_were, if_role_were
from accounts.access.explain import askable, explain, who_can
from accounts.access.models import Condition, CustomRole, RoleBinding, ServiceAccount
from accounts.access.permissions import Permission
from accounts.access.selectors.decisions import Actor
from accounts.models import User
from accounts.organizations.models import Organization
from accounts.organizations.selectors import organization_by_id, owned_for, sites_of
from mago.core.errors import NotFound

from . import access_shapes as shapes
from .described import extend_schema
from .serializers import ProblemSerializer

REFUSALS = dict.fromkeys((400, 401, 403, 404), ProblemSerializer)


class Explain(APIView):
    access = Permission.ROLES_READ

    def locate(self, request: Request) -> Organization | None:
        """The organization, or none, which is the platform."""
        form = shapes.ExplainQuerySerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        self.asked = form.validated_data
        key = self.asked.get("organization")
        self.organization = organization_by_id(request.user, key) if key else None
        return self.organization

    @extend_schema(
        summary="Why may somebody do this, or why not? And who may?",
        description="In an organization, or without one on the platform. Without a member and a service account it only tells who may. Whoever is asked about is judged "
        "as if they asked now, from your address and with your sign-in.",
        parameters=[shapes.ExplainQuerySerializer],
        responses={200: shapes.ExplanationSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        permission = Permission(self.asked["permission"])
        target = self.organization and self._inside(self.organization, request.user)
        answer: dict[str, Any] = {"permission": permission, "decision": None, "looked_at": []}
        if (principal := self._principal(request.user)) is not None:
            decision, looked = explain(principal, permission, target)
            answer["decision"] = {"allowed": decision.allowed, "reason": decision.reason}
            answer["looked_at"] = [
                {**_told(one.binding), "allows": one.allows, "reason": one.reason} for one in looked
            ]
        answer["who_can"] = [
            _told(binding) for binding in who_can(permission, target, viewer=request.user)
        ]
        return Response(answer)

    def _inside(self, whose: Organization, viewer: Actor) -> Any:
        """The hub, the site, or all of the organization."""
        return self._hub(whose, viewer) or self._site(whose, viewer) or whose

    def _site(self, whose: Organization, viewer: Actor) -> Any:
        key = self.asked.get("site")
        site = sites_of(viewer, whose).filter(pk=key).first() if key else None
        if key and site is None:
            raise ValidationError({"site": [_("There is no such site here.")]})
        return site

    def _hub(self, whose: Organization, viewer: Actor) -> Any:
        if not (key := self.asked.get("hub")):
            return None
        try:
            hubs = apps.get_model("hubs", "Hub")
            return owned_for(viewer, hubs, whose, key, Permission.HUBS_READ)
        except NotFound:
            raise ValidationError({"hub": [_("There is no such hub here.")]}) from None

    def _principal(self, viewer: Actor) -> User | ServiceAccount | None:
        if email := self.asked.get("member"):
            people = askable(viewer, self.asked.get("organization"))
            if (person := people.filter(email=email).first()) is None:
                raise ValidationError({"member": [_("No member has this address.")]})
            return person
        if key := self.asked.get("service_account"):
            accounts = ServiceAccount.objects.of(self.organization)
            if (account := accounts.filter(pk=key).first()) is None:
                words = _("There is no such service account here.")
                raise ValidationError({"service_account": [words]})
            return account
        return None


class _DryRun(APIView):
    """What is asked about is of the organization in the path, or is not found."""

    model: Any
    access: Permission

    def locate(self, request: Request) -> Organization:
        self.organization = organization_by_id(request.user, self.kwargs["organization_id"])
        return self.organization

    def row(self, request: Request, key: UUID) -> Any:
        return owned_for(request.user, self.model, self.organization, key, self.access)


class RoleDryRun(_DryRun):
    model = CustomRole
    access = Permission.ROLES_EDIT

    @extend_schema(
        summary="What if this role held other permissions?",
        description="Who would gain or lose what, at which place. Nothing is changed.",
        request=shapes.RoleDryRunSerializer,
        responses={200: shapes.ChangesSerializer, **REFUSALS},
    )
    def post(self, request: Request, organization_id: UUID, role_id: UUID) -> Response:
        role = self.row(request, role_id)
        form = shapes.RoleDryRunSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return _changes(if_role_were(role, form.validated_data["permissions"]))


class ConditionDryRun(_DryRun):
    model = Condition
    access = Permission.CONDITIONS_EDIT

    @extend_schema(
        summary="What if this condition had another rule?",
        description="Who would gain or lose what, at which place, judged as of now and with your address and your "
        "sign-in. Nothing is changed.",
        request=shapes.ConditionDryRunSerializer,
        responses={200: shapes.ChangesSerializer, **REFUSALS},
    )
    def post(self, request: Request, organization_id: UUID, condition_id: UUID) -> Response:
        condition = self.row(request, condition_id)
        form = shapes.ConditionDryRunSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            return _changes(if_condition_were(condition, form.validated_data["rule"]))
        except BadRule as error:
            raise ValidationError({"rule": [str(error)]}) from None


def _changes(found: DryRun) -> Response:
    return Response(
        {
            "changes": [
                {
                    "who": _principal(change.who),
                    "site": change.scope.site_id,
                    "hubs": {"model": change.hubs.model, "tags": change.hubs.tags}
                    if change.hubs
                    else None,
                    "gains": change.gains,
                    "losses": change.losses,
                }
                for change in found.changes
            ],
            "complete": found.complete,
        }
    )


def _told(binding: RoleBinding) -> dict[str, Any]:
    return {
        "who": _principal(binding.user or binding.service_account),
        "role": binding.role_name,
        "organization": binding.organization_id,
        "site": binding.site_id,
        "condition": binding.condition.name if binding.condition else None,
        "expires_at": binding.expires_at,
    }


def _principal(who: Any) -> dict[str, Any]:
    kind = "person" if isinstance(who, User) else "service_account"
    return {"type": kind, "id": who.pk, "name": getattr(who, "email", "") or who.name}
