"""Every endpoint declares `access`; what declares nothing lets nobody in."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.access.guards import demand
from accounts.access.methods import Means
from accounts.access.permissions import PLATFORM_ONLY, SENSITIVE, Permission
from accounts.access.step_up import demand_proof
from accounts.models import User
from mago.core.context import caller
from mago.core.errors import Forbidden, NotSignedIn
from mago.core.guards import PUBLIC, SIGNED_IN

from .authentication import READING, InsufficientScope

if TYPE_CHECKING:
    from rest_framework.views import APIView


class Declared(BasePermission):
    """As `accounts.access.guards` for pages: `PUBLIC`, `SIGNED_IN`, or a permission.

    It is asked for on the platform or, where the view has `locate(request)`, at what that finds; a resource
    (`accounts.api.resources`) says what each method takes.
    """

    def has_permission(self, request: Request | HttpRequest, view: "APIView") -> bool:
        access_to = getattr(view, "access_to", None)
        access = access_to(request.method) if access_to else getattr(view, "access", None)
        if access == PUBLIC:
            return True
        if access is None:
            return False
        if not request.user.is_authenticated:
            raise NotSignedIn
        if access == SIGNED_IN:
            _demand_person(request)
        else:
            _demand_permission(request, view, Permission(access))
            _demand_to_change(request)
        if request.method in getattr(view, "by_people", ()) and not isinstance(request.user, User):
            raise Forbidden(_("Only a person can do this; a service account is none."))
        if request.method in getattr(view, "asks_again", ()):
            demand_proof()
        return True


def _demand_person(request: Request | HttpRequest) -> None:
    if not isinstance(request.user, User):
        raise Forbidden(_("This is about a person; a service account is none."))
    if caller().via == Means.APPLICATION and request.method not in READING:
        # Their account itself: an application must not keep a way in that its person cannot take back.
        raise InsufficientScope


def _demand_to_change(request: Request | HttpRequest) -> None:
    """A token that may only read changes nothing, not even where reading is all that a change takes of a person."""
    permits = caller().permits
    is_for_reading = permits is not None and all(name.endswith(":read") for name in permits)
    if is_for_reading and request.method not in READING:
        raise InsufficientScope


def _demand_permission(
    request: Request | HttpRequest, view: "APIView", permission: Permission
) -> None:
    # What can be held on the platform only is decided before anything is looked up.
    is_local = hasattr(view, "locate") and permission not in PLATFORM_ONLY
    found = [view.locate(request)] if is_local else []  # type: ignore[attr-defined]
    demand(request, permission, *found, within=getattr(view, "within", False))
    # A service account has nobody at a keyboard; what its token may use is limited by itself.
    if permission in SENSITIVE and isinstance(request.user, User):
        demand_proof()
