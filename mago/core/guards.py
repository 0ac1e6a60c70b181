"""Every view says who may enter; a test walks the routes and fails on one that does not."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
SIGNED_IN = "signed in"
HUB = "hub"
OPERATORS = "operators"


def declare(view: View, access: str, *, within: bool = False) -> View:
    """Notes on `view` who may enter, and whether it is enough to hold that `within`, for the route test and the permission matrix."""
    view.access = access  # type: ignore[attr-defined]
    view.within = within  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Anybody may enter."""
    return declare(login_not_required(view), PUBLIC)


def signed_in(view: View) -> View:
    """Whoever has signed in may enter; LoginRequiredMiddleware asks the others to."""
    return declare(view, SIGNED_IN)
