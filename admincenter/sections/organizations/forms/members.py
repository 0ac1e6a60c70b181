"""Who belongs to an organization, what they hold, and what they may by that."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.models import Condition, CustomRole, ServiceAccount
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.access.selectors.decisions import Actor, can
from accounts.organizations.models import Organization
from accounts.organizations.selectors import sites_of
from hubs.models import LONGEST_SERIAL, Hub
from hubs.selectors import hubs_of
from mago.core.forms import Form

from ....fields import RowField
from ....forms import MomentField
from ....pages import Filters
from .fields import BUILT_IN, AddressField, AskedField, MemberField, RoleField
from .permissions import choices


class InviteForm(Form):
    email = AddressField()
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=BUILT_IN)
    site = RowField(label=gettext_lazy("Only at this site"))

    def __init__(self, data: Any, *, viewer: Actor, organization: Organization) -> None:
        super().__init__(data)
        self.fields["site"].offer(sites_of(viewer, organization))  # type: ignore[attr-defined]

    def clean_role(self) -> RoleName:
        return RoleName(self.cleaned_data["role"])


class GrantForm(Form):
    service_fields = {"user": "member"}

    member = MemberField(label=gettext_lazy("Member"), required=False)
    service_account = RowField(label=gettext_lazy("Or a service account"))
    role = RoleField(label=gettext_lazy("Role"))
    site = RowField(label=gettext_lazy("Only at this site"))
    condition = RowField(label=gettext_lazy("Only while this condition holds"))
    expires_at = MomentField(label=gettext_lazy("Until (UTC)"))

    def __init__(
        self, data: Any, *, viewer: Actor, organization: Organization, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["member"].organization = organization
        fields["member"].widget.attrs.pop("maxlength", None)
        fields["service_account"].offer(ServiceAccount.objects.of(organization).order_by("name"))
        fields["role"].offer(CustomRole.objects.of(organization).order_by("name"))
        fields["site"].offer(sites_of(viewer, organization))
        fields["condition"].offer(Condition.objects.of(organization).order_by("name"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "member" in data and bool(data["member"]) == bool(data.get("service_account")):
            self.add_error("member", _("Name a member, or choose a service account."))
        return data


class ExplainForm(Filters):
    """Asked by GET; somebody, a permission, perhaps a site or a hub."""

    member = AskedField(label=gettext_lazy("Member"), required=False)
    service_account = RowField(label=gettext_lazy("Or a service account"))
    permission = forms.ChoiceField(
        label=gettext_lazy("Permission"),
        choices=choices,
    )
    site = RowField(label=gettext_lazy("Site"))
    hub = forms.CharField(
        label=gettext_lazy("Or a hub, by its serial number"),
        max_length=LONGEST_SERIAL,
        required=False,
        help_text=gettext_lazy("Conditions may ask for its model, its tags and its site."),
    )

    def __init__(self, data: Any, *, viewer: Actor, organization: Organization) -> None:
        super().__init__(data)
        self.hubs = hubs_of(viewer, organization)
        fields: dict[str, Any] = self.fields
        fields["member"].viewer, fields["member"].organization = viewer, organization
        if can(viewer, Permission.PEOPLE_READ):
            fields["member"].help_text = _("Or somebody who holds a role on the platform.")
        fields["member"].widget.attrs.pop("maxlength", None)
        fields["service_account"].offer(ServiceAccount.objects.of(organization).order_by("name"))
        whole = ("", _("The whole organization"))
        fields["site"].offer(sites_of(viewer, organization), first=whole)

    def clean_hub(self) -> Hub | None:
        serial = self.cleaned_data["hub"].strip()
        hub = self.hubs.filter(serial=serial).first() if serial else None
        if serial and hub is None:
            raise forms.ValidationError(_("There is no such hub here."))
        return hub
