"""What is demanded of sign-ins: of everybody, of a role, at a site.

The same pages serve an organization, among its tabs, and the platform, whose policies hold in each organization.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.organizations import services
from accounts.organizations.models import SignInPolicy
from mago.core.form_pages import get_or_post, posted
from mago.core.holding import held

from ...exports import set_up
from ...exports.ways import way_to_export
from ...once import once
from ...pages import page, submit
from ...reasons import with_reason
from ...selectors.organizations import policies_together, policies_with_roles, policy_of
from ..organizations.common import Owner, around_owner, owner, url_of
from .forms import PolicyForm

LIST = "policies"


@require(Permission.POLICIES_READ, of=owner)
@require_safe
def policies(request: HttpRequest, whose: Owner) -> HttpResponse:
    own = policies_with_roles(whose)
    way = way_to_export(request, set_up.Policies, whose)
    context = {"policies": own, "groups": policies_together(whose, own), **way}
    return _show(request, whose, "list", context)


@require(Permission.POLICIES_EDIT, of=owner)
@get_or_post
@once
def create(request: HttpRequest, whose: Owner) -> HttpResponse:
    return _form(request, whose, _("New sign-in policy"), {})


def _policy(request: HttpRequest, whose: Owner, policy_id: UUID) -> SignInPolicy:
    return policy_of(whose, policy_id)


@require(Permission.POLICIES_EDIT, of=owner)
@get_or_post
@held(_policy)
def edit(request: HttpRequest, whose: Owner, policy: SignInPolicy) -> HttpResponse:
    values = {name: getattr(policy, name) for name in services.FIELDS}
    values["grace_until"] = _text(policy.grace_until)
    values["authenticators"] = "\n".join(policy.authenticators or [])
    return _form(request, whose, str(policy), values, policy)


@require(Permission.POLICIES_EDIT, of=owner)
@require_POST
def remove(request: HttpRequest, whose: Owner, policy_id: UUID) -> HttpResponse:
    policy = policy_of(whose, policy_id)
    return with_reason(
        request,
        lambda reason: services.remove_policy(policy=policy, actor=actor(request), reason=reason),
        _("The policy is removed."),
        title=_("Remove"),
        of=policy,
        to=url_of(whose, LIST),
    )


def _form(
    request: HttpRequest,
    whose: Owner,
    title: str,
    values: dict[str, Any],
    policy: SignInPolicy | None = None,
) -> HttpResponse:
    form = PolicyForm(posted(request), viewer=actor(request), organization=whose, initial=values)
    # What is thought to be new is not put in the place of one that is there.
    fixed: dict[str, Any] = {"is_new": policy is None}
    if policy is not None:
        # Whom it concerns is what it is; for others there is another policy.
        for name in ("role", "site"):
            form.fields.pop(name, None)
        fixed |= {"role": policy.role, "site": policy.site}
    made, status = submit(
        form,
        lambda **data: services.set_policy(
            organization=whose, actor=actor(request), **(data | fixed)
        ),
    )
    if made:
        messages.success(request, _("Running sessions answer to it at their next request."))
        return redirect(url_of(whose, LIST))
    context = {"form": form, "title": title, "back": url_of(whose, LIST)}
    return _show(request, whose, "form", context, status=status)


def _text(moment: Any) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _show(
    request: HttpRequest, whose: Owner, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = around_owner(request, whose, LIST) | context
    return page(request, f"admincenter/policies/{template}.html", context, status=status)
