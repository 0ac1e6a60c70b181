"""What every page of a person knows of their rights; asked only when a template asks."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .permissions import Permission
from .selectors import can, can_within


def rights(request: HttpRequest) -> dict[str, Any]:
    """`may_administer`: the platform; `may_see_organizations`: at least one, or a part of one."""

    def may_administer() -> bool:
        return bool(can(request.user, Permission.OVERVIEW_READ))

    def may_see_organizations() -> bool:
        return bool(can_within(request.user, Permission.ORGANIZATIONS_READ))

    return {
        "may_administer": SimpleLazyObject(may_administer),
        "may_see_organizations": SimpleLazyObject(may_see_organizations),
    }
