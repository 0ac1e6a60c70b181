"""Cleaning of what people type on the pages of an organization."""

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.facts import Strength
from accounts.access.methods import SignInMethod
from accounts.access.models import Condition, CustomRole, ServiceAccount
from accounts.access.permissions import PLATFORM_ONLY, Permission
from accounts.access.roles import RoleName
from accounts.access.selectors import Actor
from accounts.models import User, normalize_email
from accounts.organizations.models import Organization, Site
from accounts.organizations.selectors import sites_of
from accounts.organizations.time_zones import is_time_zone
from hubs.models import LONGEST_SERIAL, Hub
from hubs.selectors import hubs_of
from mago.core.edit_forms import EditForm
from mago.core.forms import Form

from ...fields import OneOfField, SearchField
from ...forms import AuditFilters, MomentField
from ...pages import Filters

NOTHING = ("", "–")
IN_ORGANIZATIONS = sorted(frozenset(Permission) - PLATFORM_ONLY)
BUILT_IN = [choice for choice in RoleName.choices if choice[0] != RoleName.PLATFORM_ADMINISTRATOR]


class RowField(forms.ChoiceField):
    """One of some rows; cleaned to the row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False} | kwargs)
        self.rows: dict[str, Any] = {}

    def offer(self, rows: Iterable[Any], first: tuple[str, Any] = NOTHING) -> None:
        self.rows = {str(row.pk): row for row in rows}
        self.choices = [first, *((key, str(row)) for key, row in self.rows.items())]

    def clean(self, value: Any) -> Any:
        return self.rows.get(super().clean(value))


class RoleField(forms.ChoiceField):
    """A built-in role or one of the organization's own; cleaned to it."""

    def offer(self, custom: Iterable[CustomRole]) -> None:
        self.rows = {str(role.pk): role for role in custom}
        own = [(key, role.name) for key, role in self.rows.items()]
        self.choices = [*BUILT_IN, *([(_("Own roles"), own)] if own else [])]

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        return self.rows.get(value) or RoleName(value)


class AddressField(forms.EmailField):
    """An e-mail address in the spelling in which it is stored."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("E-mail address"))
        super().__init__(max_length=254, **kwargs)
        self.widget.attrs.update(autocomplete="off", autocapitalize="none", spellcheck="false")

    def clean(self, value: Any) -> str:
        return str(super().clean(normalize_email(value or "")))


class MemberField(AddressField):
    """A member of the organization, by address; cleaned to the person."""

    organization: Organization

    def clean(self, value: Any) -> Any:
        email = super().clean(value)
        if not email:
            return None
        member = User.objects.filter(email=email, memberships__organization=self.organization)
        if (found := member.first()) is None:
            raise forms.ValidationError(_("No member has this address."))
        return found


class OrganizationFilters(Filters):
    q = SearchField(gettext_lazy("Name or short name"))


class MemberFilters(Filters):
    q = SearchField(gettext_lazy("E-mail address or name"), max_length=200)


class BindingFilters(Filters):
    role = OneOfField(gettext_lazy("Role"), [*BUILT_IN, ("custom", gettext_lazy("Own roles"))])


class EventFilters(AuditFilters):
    """Without those by person: who has an account elsewhere is nobody's business here."""

    actor = None  # type: ignore[assignment]
    about = None  # type: ignore[assignment]
    address = None  # type: ignore[assignment]


class NameForm(EditForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)


class OrganizationForm(NameForm):
    owner = AddressField(
        label=gettext_lazy("Owner"),
        help_text=gettext_lazy("The e-mail address of somebody who has an account."),
    )

    def clean_owner(self) -> User:
        person = User.objects.filter(email=self.cleaned_data["owner"], is_active=True).first()
        if person is None:
            raise forms.ValidationError(_("Nobody here has this address."))
        return person


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


class RoleForm(NameForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("Permissions"),
        choices=[(permission.value, permission.value) for permission in IN_ORGANIZATIONS],
        widget=forms.CheckboxSelectMultiple,
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class RuleField(forms.CharField):
    """A condition's rule as JSON text; cleaned to what it says. Whether it is a rule, the service decides."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=5000, **kwargs)
        self.widget.attrs.update(rows=10, spellcheck="false", autocapitalize="none")

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)

    def clean(self, value: Any) -> Any:
        try:
            return json.loads(super().clean(value))
        except json.JSONDecodeError as error:
            words = _("This is no JSON: line %(line)s, column %(column)s.")
            place = {"line": error.lineno, "column": error.colno}
            raise forms.ValidationError(words % place) from None
        except (RecursionError, ValueError):
            raise forms.ValidationError(_("This is no JSON.")) from None


class ConditionForm(NameForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    rule = RuleField(label=gettext_lazy("Rule"))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class SiteForm(NameForm):
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=50,
        initial="UTC",
        help_text=gettext_lazy("Such as Europe/Rome."),
    )
    attributes = forms.CharField(
        label=gettext_lazy("Attributes"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One a line, such as country=IT. Conditions may ask for them."),
    )

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        if not is_time_zone(name):
            raise forms.ValidationError(_("There is no time zone of this name."))
        return name

    def clean_attributes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["attributes"].splitlines())):
            name, equals, value = (part.strip() for part in line.partition("="))
            if not (name and equals and value):
                raise forms.ValidationError(_("Write %(line)s as name=value.") % {"line": line})
            found[name] = value
        return found


def site_values(site: Site) -> dict[str, Any]:
    """What SiteForm shows of a site."""
    lines = "\n".join(f"{name}={value}" for name, value in site.attributes.items())
    return {"name": site.name, "time_zone": site.time_zone, "attributes": lines}


class DomainForm(Form):
    name = forms.RegexField(
        label=gettext_lazy("Domain"),
        regex=r"^(?=.{4,253}$)([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z][a-zA-Z0-9-]{0,61}[a-zA-Z0-9]\.?$",
        max_length=253,
        error_messages={"invalid": gettext_lazy("Write it as example.com.")},
        help_text=gettext_lazy("What stands after the @ in the addresses of your people."),
    )


class PolicyForm(EditForm):
    role = forms.ChoiceField(label=gettext_lazy("For who holds this role"), required=False)
    site = RowField(label=gettext_lazy("For who works at this site"))
    strength = forms.TypedChoiceField(
        label=gettext_lazy("At least"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            NOTHING,
            (Strength.TWO_FACTORS.value, gettext_lazy("Two factors")),
            (Strength.PHISHING_RESISTANT.value, gettext_lazy("A factor that cannot be phished")),
        ],
    )
    methods = forms.MultipleChoiceField(
        label=gettext_lazy("Allowed methods"),
        required=False,
        choices=SignInMethod.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: all are allowed."),
    )
    authenticators = forms.CharField(
        label=gettext_lazy("Makes of security key (AAGUID)"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One a line; passkeys of others cannot be set up. None: all may. Needs MAGO_PASSKEY_ROOTS."
        ),
    )
    idle_minutes = forms.IntegerField(
        label=gettext_lazy("A session ends after so many minutes without use"),
        required=False,
        min_value=1,
        max_value=525_600,
    )
    absolute_minutes = forms.IntegerField(
        label=gettext_lazy("A session ends after so many minutes in any case"),
        required=False,
        min_value=1,
        max_value=525_600,
    )
    single_session = forms.BooleanField(label=gettext_lazy("One session at a time"), required=False)
    grace_until = MomentField(
        label=gettext_lazy("Demanded from (UTC)"),
        help_text=gettext_lazy("Until then, people are only reminded of the factor they lack."),
    )

    def __init__(
        self, data: Any, *, viewer: Actor, organization: Organization | None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        fields: dict[str, Any] = self.fields
        if organization is None:
            # Whoever holds it in whatever organization; and the platform has no sites.
            fields["role"].choices = [("", _("Everybody")), *RoleName.choices]
            del fields["site"]
            return
        own = [(str(r.pk), r.name) for r in CustomRole.objects.of(organization).order_by("name")]
        groups = [(_("Own roles"), own)] if own else []
        fields["role"].choices = [("", _("Everybody")), *BUILT_IN, *groups]
        fields["site"].offer(sites_of(viewer, organization))

    def clean_methods(self) -> list[str] | None:
        return sorted(self.cleaned_data["methods"]) or None

    def clean_authenticators(self) -> list[str] | None:
        return sorted(set(self.cleaned_data["authenticators"].lower().split())) or None


class ExplainForm(Filters):
    """Asked by GET; somebody, a permission, perhaps a site or a hub."""

    member = MemberField(label=gettext_lazy("Member"), required=False)
    service_account = RowField(label=gettext_lazy("Or a service account"))
    permission = forms.ChoiceField(
        label=gettext_lazy("Permission"),
        choices=[(permission.value, permission.value) for permission in IN_ORGANIZATIONS],
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
        fields["member"].organization = organization
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
