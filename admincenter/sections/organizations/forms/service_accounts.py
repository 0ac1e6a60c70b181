"""Service accounts and their tokens."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.models import CustomRole, RoleBinding
from accounts.access.roles import RoleName
from accounts.access.selectors.decisions import Actor
from accounts.organizations.models import Organization
from accounts.organizations.selectors import sites_of
from accounts.provider.services import LIFETIME, LONGEST
from mago.core.forms import Form

from ....fields import RowField
from .fields import RoleField
from .permissions import PermissionsWidget, boxes


class ServiceAccountForm(Form):
    """Unless told otherwise, the account reads and changes nothing."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    role = RoleField(
        label=gettext_lazy("Role"),
        initial=RoleName.REPORTER,
        help_text=gettext_lazy("A reporter reads everything and changes nothing."),
    )
    site = RowField(label=gettext_lazy("Only at this site"))

    def __init__(self, data: Any, *, viewer: Actor, organization: Organization) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        fields["role"].offer(CustomRole.objects.of(organization).order_by("name"))
        fields["site"].offer(sites_of(viewer, organization))


class TokenForm(Form):
    service_fields = {"lifetime": "days"}

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("What it is for, so that it is known when it is to be revoked."),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days until it expires"),
        min_value=1,
        max_value=LONGEST.days,
        initial=LIFETIME.days,
        help_text=format_lazy(gettext_lazy("At most {days}."), days=LONGEST.days),
    )
    read_only = forms.BooleanField(
        label=gettext_lazy("It may only read"), initial=True, required=False
    )
    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("Only these permissions"),
        required=False,
        widget=PermissionsWidget,
        help_text=gettext_lazy(
            "With none of them chosen: all that the account’s roles allow, also those that it is given later."
        ),
    )

    def __init__(self, data: Any, *, bindings: list[RoleBinding]) -> None:
        super().__init__(data)
        held = sorted({permission.value for one in bindings for permission in one.permissions})
        self.fields["permissions"].choices = boxes(held)  # type: ignore[attr-defined]
        if not held:
            del self.fields["permissions"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "days" in data:
            data["lifetime"] = timedelta(days=data.pop("days"))
        chosen = data["permissions"] = data.get("permissions") or None
        if data.get("read_only") and any(not name.endswith(":read") for name in chosen or ()):
            message = _("Some of these change something: take them away, or let the token do so.")
            self.add_error("permissions", message)
        return data
