"""What is demanded of sign-ins: of everybody in an organization, of a role, at a site."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.organizations import services
from accounts.organizations.effective import together
from accounts.organizations.models import Organization, SignInPolicy

from ...selectors.organizations import platform_policies, policies_with_roles
from .common import act, form_page, get_or_post, organization, owned, section
from .forms import PolicyForm

TAB = "organization_policies"


@require(Permission.POLICIES_READ, of=organization)
@require_safe
def policies(request: HttpRequest, whose: Organization) -> HttpResponse:
    own, platform = policies_with_roles(whose), platform_policies()
    context = {"policies": own, "groups": together(own, platform, timezone.now())}
    return section(request, whose, "policies", context, tab=TAB)


@require(Permission.POLICIES_EDIT, of=organization)
@get_or_post
def create(request: HttpRequest, whose: Organization) -> HttpResponse:
    return _form(request, whose, _("New sign-in policy"), {})


@require(Permission.POLICIES_EDIT, of=organization)
@get_or_post
def edit(request: HttpRequest, whose: Organization, policy_id: UUID) -> HttpResponse:
    policy = owned(request, whose.slug, SignInPolicy, policy_id, Permission.POLICIES_EDIT)
    values = {name: getattr(policy, name) for name in services.FIELDS}
    values["grace_until"] = _text(policy.grace_until)
    values["authenticators"] = "\n".join(policy.authenticators or [])
    return _form(request, whose, _("Sign-in policy"), values, policy)


def _form(
    request: HttpRequest,
    whose: Organization,
    title: str,
    values: dict[str, Any],
    policy: SignInPolicy | None = None,
) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = PolicyForm(sent, viewer=actor(request), organization=whose, initial=values)
    fixed: dict[str, Any] = {}
    if policy is not None:
        # Whom it concerns is what it is; for others there is another policy.
        del form.fields["role"], form.fields["site"]
        fixed = {"role": policy.role, "site": policy.site}
    return form_page(
        request,
        whose,
        form,
        tab=TAB,
        title=title,
        save=lambda **data: services.set_policy(
            organization=whose, actor=actor(request), **(data | fixed)
        ),
        told=_("Running sessions answer to it at their next request."),
    )


def _text(moment: Any) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


@require(Permission.POLICIES_EDIT, of=organization)
@require_POST
def remove(request: HttpRequest, whose: Organization, policy_id: UUID) -> HttpResponse:
    policy = owned(request, whose.slug, SignInPolicy, policy_id, Permission.POLICIES_EDIT)
    return act(
        request,
        whose,
        lambda: services.remove_policy(policy=policy, actor=actor(request)),
        _("The policy is removed."),
        tab=TAB,
    )
