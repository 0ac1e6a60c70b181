"""The API tokens of all organizations: who made them, what used them last, and when they end."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.provider.services.api_tokens import revoke_api_token

from ..bulk import programs
from ..bulk.ways import way_to_choose
from ..exports import lists
from ..exports.ways import way_to_export
from ..forms import AllTokenFilters
from ..pages import list_page
from ..reasons import with_reason
from ..selectors.service_accounts import find_all_tokens, token_anywhere


@require(Permission.SERVICE_ACCOUNTS_READ)
@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    return list_page(
        request,
        "admincenter/api_tokens/list.html",
        title=_("API tokens"),
        filters=AllTokenFilters(request.GET),
        find=find_all_tokens,
        **way_to_choose(request, programs.Tokens),
        **way_to_export(request, lists.ApiTokens),
    )


@require(Permission.SERVICE_ACCOUNTS_EDIT)
@require_POST
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    token = token_anywhere(token_id)
    return with_reason(
        request,
        lambda reason: revoke_api_token(token=token, actor=actor(request), reason=reason),
        _("%(token)s is revoked: refused from its next request on.") % {"token": token.name},
        title=_("Revoke"),
        of=token,
        to=reverse("admincenter:api_tokens"),
    )
