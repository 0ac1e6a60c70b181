"""Views name the permission they need; the decision and its audit row are made here."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest

from accounts.models import User
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.errors import Forbidden
from mago.core.guards import declare, public, signed_in

from .permissions import Permission
from .selectors import can

__all__ = ["actor", "demand", "public", "require", "signed_in"]

View = TypeVar("View", bound=Callable[..., Any])


def actor(request: HttpRequest) -> User:
    """Whoever has signed in; for views that are closed to everybody else."""
    assert isinstance(request.user, User)
    return request.user


def demand(request: HttpRequest, permission: Permission, target: Any = None) -> None:
    """Forbidden, with an audit row, unless the person of `request` may."""
    if not can(request.user, permission, target):
        who = request.user if request.user.is_authenticated else None
        record(Tag.ACCESS_REFUSED, actor=who, outcome=Outcome.REFUSED, permission=permission.value, path=request.path)
        raise Forbidden(permission=permission.value)


def require(permission: Permission) -> Callable[[View], View]:
    """Only people who hold `permission` may enter the view."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            demand(request, permission)
            return view(request, *args, **kwargs)

        return declare(guarded, permission.value)  # type: ignore[return-value]

    return decorate
