"""Every endpoint declares `access`; what declares nothing lets nobody in."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.access.guards import demand
from accounts.access.methods import Means
from accounts.access.permissions import SENSITIVE, Permission
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

    It is asked for on the platform or, where the view has `locate(request)`, at what that finds.
    """

    def has_permission(self, request: Request | HttpRequest, view: "APIView") -> bool:
        access = getattr(view, "access", None)
        if access == PUBLIC:
            return True
        if access is None:
            return False
        if not request.user.is_authenticated:
            raise NotSignedIn
        if access == SIGNED_IN and not isinstance(request.user, User):
            raise Forbidden(_("This is about a person; a service account is none."))
        if (
            access == SIGNED_IN
            and caller().via == Means.APPLICATION
            and request.method not in READING
        ):
            # Their account itself: an application must not keep a way in that its person cannot take back.
            raise InsufficientScope
        if access != SIGNED_IN:
            found = [view.locate(request)] if hasattr(view, "locate") else []
            demand(request, Permission(access), *found)
            # A service account has nobody at a keyboard; what its token may use is limited by itself.
            if access in SENSITIVE and isinstance(request.user, User):
                demand_proof()
        return True
