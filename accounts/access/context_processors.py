"""What every page of a person knows of their rights; asked only when a template asks."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .permissions import Permission
from .selectors import can


def rights(request: HttpRequest) -> dict[str, Any]:
    return {
        "may_administer": SimpleLazyObject(
            lambda: bool(can(request.user, Permission.OVERVIEW_READ))
        )
    }
