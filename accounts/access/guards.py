"""Views name the permission they need; the decision and its audit row are made here."""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from accounts.models import User
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.errors import Forbidden
from mago.core.guards import declare, public, signed_in

from .permissions import SENSITIVE, Permission
from .scope import scope_of
from .selectors.decisions import can, can_within
from .step_up import ask_again

__all__ = ["actor", "demand", "public", "require", "signed_in"]

# Finds what a path speaks of, or raises NotFound for whoever may not know of it.
Locate = Callable[..., Any]
View = TypeVar("View", bound=Callable[..., Any])


def actor(request: HttpRequest) -> User:
    """Whoever has signed in; for views that are closed to everybody else."""
    assert isinstance(request.user, User)
    return request.user


def demand(
    request: HttpRequest, permission: Permission, target: Any = None, *, within: bool = False
) -> None:
    """Forbidden, with an audit row, unless the person of `request` may; `within`, there or inside it."""
    decide = can_within if within else can
    # In the language of the trail, which is read by others than who was refused.
    with translation.override(settings.LANGUAGE_CODE):
        decision = decide(request.user, permission, target)
        if decision:
            return
        reason = decision.reason
    who = request.user if request.user.is_authenticated else None
    where = scope_of(target).organization_id
    told: dict[str, Any] = {"permission": permission.value, "path": request.path, "reason": reason}
    record(Tag.ACCESS_REFUSED, actor=who, outcome=Outcome.REFUSED, organization_id=where, **told)
    raise Forbidden(permission=permission.value)


def require(
    permission: Permission, *, of: Locate | None = None, within: bool = False
) -> Callable[[View], View]:
    """Only people who hold `permission` may enter the view.

    They hold it on the platform or, where `of` is given, at the object that it finds for the parts
    of the path; the view takes that object in the place of those parts that `of` names. With
    `within` it is enough to hold the permission somewhere inside. A sensitive permission also asks for
    a proof of who is at the keyboard that is only minutes old.
    """
    parts = list(signature(of).parameters)[1:] if of else []

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            found = [of(request, **{part: kwargs.pop(part) for part in parts})] if of else []
            demand(request, permission, *found, within=within)
            if permission in SENSITIVE and (asked := ask_again(request)):
                return asked
            return view(request, *found, *args, **kwargs)

        return declare(guarded, permission.value, within=within)  # type: ignore[return-value]

    return decorate
