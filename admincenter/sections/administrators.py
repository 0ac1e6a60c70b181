"""Who administers the platform or holds another role on it: looked at, granted to somebody who has an account, and taken back."""

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
from accounts.access.roles import RoleName
from accounts.access.services import revoke_on_platform
from accounts.models import User
from accounts.organizations.services import grant_on_platform
from mago.core.form_pages import get_or_post, posted

from ..exports import lists
from ..exports.ways import way_to_export
from ..forms import ROLES_ON_PLATFORM, AdministratorFilters, MomentField, ReasonForm
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
    role = forms.TypedChoiceField(
        label=gettext_lazy("Role"),
        choices=ROLES_ON_PLATFORM,
        coerce=RoleName,
        help_text=gettext_lazy(
            "It counts in every organization. Reporter and all above also read what is the platform's own: people, sessions, messages."
        ),
    )
    expires_at = MomentField(
        label=gettext_lazy("Until (UTC)"),
        help_text=gettext_lazy("Empty: for good. Whoever does it for a time cannot pass it on."),
    )
    field_order = ("person", "role", "expires_at", "reason")

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


@require(Permission.ADMINISTRATORS_EDIT)
@get_or_post
@once
def appoint(request: HttpRequest) -> HttpResponse:
    initial = {
        "person": request.GET.get("person", "")[:254],
        "role": RoleName.PLATFORM_ADMINISTRATOR,
    }
    form = AppointForm(posted(request), initial=initial)
    made, status = submit(form, lambda **data: grant_on_platform(actor=actor(request), **data))
    if made:
        words = _("%(person)s holds the role %(role)s on the platform now.")
        messages.success(request, words % {"person": made.user, "role": made.role_name})
        return redirect(LIST)
    context: dict[str, Any] = {
        "form": form,
        "title": _("Grant a role on the platform"),
        "back": reverse(LIST),
        "button": _("Grant"),
    }
    return page(request, "admincenter/administrators/form.html", context, status=status)


@require(Permission.ADMINISTRATORS_EDIT)
@require_POST
def dismiss(request: HttpRequest, binding_id: UUID) -> HttpResponse:
    binding = administrator_for(binding_id)
    # Whoever has just given it up may not see the list any more.
    to = "accounts:profile" if binding.user == actor(request) else LIST
    return with_reason(
        request,
        lambda reason: revoke_on_platform(binding=binding, actor=actor(request), reason=reason),
        _("%(person)s no longer holds the role %(role)s on the platform.")
        % {"person": binding.user, "role": binding.role_name},
        title=_("Take back"),
        of=binding,
        to=reverse(to),
    )
