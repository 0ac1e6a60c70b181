"""Cleaning of what is typed on the pages of identity providers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.access.models import CustomRole
from accounts.access.roles import RoleName
from accounts.access.selectors import owners_of
from accounts.federation.enterprise.kinds import known_kinds
from accounts.federation.enterprise.models import Enforcement, IdentityProvider, State
from accounts.federation.enterprise.selectors import providers_of
from accounts.models import User
from accounts.organizations.models import Organization
from mago.core.forms import Form

from ...widgets import Select

BLANK_ROWS = 5


class CreateForm(Form):
    kind = forms.ChoiceField(label=_("Kind"), widget=Select)
    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("People see it: such as Entra ID of Acme.")
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in known_kinds()]  # type: ignore[attr-defined]


class StateForm(Form):
    state = forms.ChoiceField(choices=[(one.value, one.label) for one in State if one != "draft"])


class RouteForm(Form):
    provider = forms.ChoiceField(label=_("Provider"), widget=Select, required=False)
    enforcement = forms.ChoiceField(
        label=_("Enforcement"), widget=Select, choices=Enforcement.choices
    )

    def __init__(self, whose: Organization, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self._found = {str(one.pk): one for one in providers_of(whose)}
        choices = [("", _("None")), *((key, one.name) for key, one in self._found.items())]
        self.fields["provider"].choices = choices  # type: ignore[attr-defined]

    def clean_provider(self) -> IdentityProvider | None:
        return self._found.get(self.cleaned_data["provider"])


class BreakGlassForm(Form):
    user = forms.ChoiceField(label=_("Owner"), widget=Select)

    def __init__(self, whose: Organization, data: Any = None) -> None:
        super().__init__(data)
        self._found = {str(one.pk): one for one in owners_of(whose.pk).order_by("email")[:100]}
        self.fields["user"].choices = [(key, one.email) for key, one in self._found.items()]  # type: ignore[attr-defined]

    def clean_user(self) -> User:
        return self._found[self.cleaned_data["user"]]


class RolesForm(Form):
    """Groups and their roles, a row each, with some rows that are still empty; and the role of everybody."""

    def __init__(self, provider: IdentityProvider, data: Any = None) -> None:
        rows = list(provider.group_roles.order_by("group", "role").values_list("group", "role"))
        count = len(rows) + BLANK_ROWS
        initial: dict[str, Any] = {"default_role": provider.default_role}
        for number, (group, role) in enumerate(rows):
            initial |= {f"group_{number}": group, f"role_{number}": role}
        super().__init__(data, initial=initial)
        choices = _roles_of(provider)
        self.fields["default_role"] = forms.ChoiceField(
            label=_("Role of everybody who comes by it"),
            choices=[("", _("None")), *choices],
            required=False,
            widget=Select,
        )
        self._count = count
        for number in range(count):
            self.fields[f"group_{number}"] = forms.CharField(
                label=_("Group"), max_length=500, required=False
            )
            self.fields[f"role_{number}"] = forms.ChoiceField(
                label=_("Role"), choices=[("", "–"), *choices], required=False, widget=Select
            )

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        return [(self[f"group_{n}"], self[f"role_{n}"]) for n in range(self._count)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        pairs = []
        for number in range(self._count):
            group, role = cleaned.get(f"group_{number}", ""), cleaned.get(f"role_{number}", "")
            if group and not role:
                self.add_error(f"role_{number}", _("Choose the role of this group."))
            elif group:
                pairs.append((group, role))
        return {"groups": pairs, "default_role": cleaned.get("default_role", "")}


def _roles_of(provider: IdentityProvider) -> list[tuple[str, Any]]:
    own = CustomRole.objects.of(provider.organization_id).order_by("name")
    built_in = [
        (role.value, role.label) for role in RoleName if role != RoleName.PLATFORM_ADMINISTRATOR
    ]
    return [*built_in, *((str(role.pk), role.name) for role in own)]
