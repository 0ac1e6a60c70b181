"""What every page of a person knows of their rights; asked only when a template asks."""

from functools import cache
from typing import Any

from django.http import HttpRequest

from .permissions import Permission
from .selectors.decisions import can, can_within


def rights(request: HttpRequest) -> dict[str, Any]:
    """`may_administer`: the platform; `may_see_organizations`: at least one, or a part of one."""

    @cache
    def may_administer() -> bool:
        return bool(can(request.user, Permission.OVERVIEW_READ))

    @cache
    def may_see_organizations() -> bool:
        return bool(can_within(request.user, Permission.ORGANIZATIONS_READ))

    # Templates call them.
    return {"may_administer": may_administer, "may_see_organizations": may_see_organizations}
