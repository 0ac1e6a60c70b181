"""Why may somebody do something here, or why not? And who may?"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access.explain import explain as explain_decision
from accounts.access.explain import who_can
from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization

from .common import organization, section
from .forms.members import ExplainForm

TAB = "organization_explain"


@require(Permission.ROLES_READ, of=organization)
@require_safe
def explain(request: HttpRequest, whose: Organization) -> HttpResponse:
    """Asked by GET, so that an answer can be linked to."""
    asked = bool(request.GET)
    form = ExplainForm(request.GET if asked else None, viewer=actor(request), organization=whose)
    context: dict[str, Any] = {"form": form}
    if asked and form.is_valid():
        data = form.cleaned_data
        permission = Permission(data["permission"])
        target = data["hub"] or data["site"] or whose
        context |= {"permission": permission, "target": target}
        context["who_can"] = who_can(permission, target, viewer=actor(request))
        if principal := data["member"] or data["service_account"]:
            context["principal"] = principal
            context["decision"], context["looked"] = explain_decision(principal, permission, target)
    status = 400 if asked and form.errors else 200
    return section(request, whose, "explain", context, tab=TAB, status=status)
