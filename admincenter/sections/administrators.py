"""Who administers the platform: looked at, granted to somebody who has an account, and taken back."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.access.services import appoint_administrator, dismiss_administrator
from accounts.models import User
from mago.core.form_pages import get_or_post, posted

from ..exports import lists
from ..exports.ways import way_to_export
from ..forms import AdministratorFilters, MomentField, ReasonForm
from ..once import once
from ..pages import list_page, page, submit
from ..reasons import with_reason
from ..selectors.administrators import administrator_for, find_administrators
from .organizations.forms.fields import AddressField

LIST = "admincenter:administrators"


class AppointForm(ReasonForm):
    person = AddressField(
        help_text=gettext_lazy(
            "Of somebody who has an account. They and all administrators are told."
        )
    )
    expires_at = MomentField(
        label=gettext_lazy("Until (UTC)"),
        help_text=gettext_lazy("Empty: for good. Whoever does it for a time cannot pass it on."),
    )
    field_order = ("person", "expires_at", "reason")

    def clean_person(self) -> User:
        person = User.objects.filter(email=self.cleaned_data["person"]).first()
        if person is None:
            raise forms.ValidationError(_("Nobody here has this address."))
        return person


@require(Permission.ROLES_READ)
@require_safe
def administrators(request: HttpRequest) -> HttpResponse:
    return list_page(
        request,
        "admincenter/administrators/list.html",
        title=_("Administrators"),
        filters=AdministratorFilters(request.GET),
        find=find_administrators,
        **way_to_export(request, lists.Administrators),
        reason=ReasonForm(None),
    )


@require(Permission.ROLES_BIND)
@get_or_post
@once
def appoint(request: HttpRequest) -> HttpResponse:
    form = AppointForm(posted(request), initial={"person": request.GET.get("person", "")[:254]})
    made, status = submit(form, lambda **data: appoint_administrator(actor=actor(request), **data))
    if made:
        messages.success(
            request, _("%(person)s administers the platform now.") % {"person": made.user}
        )
        return redirect(LIST)
    context: dict[str, Any] = {
        "form": form,
        "title": _("New administrator"),
        "back": reverse(LIST),
        "button": _("Grant"),
    }
    return page(request, "admincenter/administrators/form.html", context, status=status)


@require(Permission.ROLES_BIND)
@require_POST
def dismiss(request: HttpRequest, binding_id: UUID) -> HttpResponse:
    binding = administrator_for(binding_id)
    # Whoever has just given it up may not see the list any more.
    to = "accounts:profile" if binding.user == actor(request) else LIST
    return with_reason(
        request,
        lambda reason: dismiss_administrator(binding=binding, actor=actor(request), reason=reason),
        _("%(person)s no longer administers the platform.") % {"person": binding.user},
        title=_("Take back"),
        of=binding,
        to=reverse(to),
    )
