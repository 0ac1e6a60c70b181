"""System: how the parts of the installation do; fresh every few seconds."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access.guards import require
from accounts.access.permissions import Permission

from ..pages import asked_by_itself, is_part, page
from ..selectors.system import parts, versions, worst


@require(Permission.SYSTEM_READ)
@require_safe
def system(request: HttpRequest) -> HttpResponse:
    found = parts()
    if is_part(request):
        asked_by_itself(request)
    context = {"parts": found, "worst": worst(found), "versions": versions()}
    return page(request, "admincenter/system.html", context)
