"""Cleaning of what is typed on the pages of identity providers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access.models import CustomRole
from accounts.access.roles import RoleName
from accounts.access.selectors.in_charge import owners_of
from accounts.federation.enterprise.kinds import known_kinds
from accounts.federation.enterprise.models import Enforcement, IdentityProvider, State
from accounts.federation.enterprise.selectors import providers_of
from accounts.federation.enterprise.services.roles import MOST
from accounts.models import User
from accounts.organizations.models import Organization
from mago.core.edit_forms import OPENED, EditForm, mark_of, written
from mago.core.forms import Form
from mago.core.ids import digest

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


class RolesForm(EditForm):
    """Groups and their roles, a row each, with some rows that are still empty; and the role of everybody.

    Rows have no names, and move as others come and go: so what two people have changed is told by group.
    """

    def __init__(self, provider: IdentityProvider, data: Any = None) -> None:
        self._now = list(
            provider.group_roles.order_by("group", "role").values_list("group", "role")
        )
        super().__init__(data, initial={"default_role": provider.default_role})
        self._choices = _roles_of(provider)
        self._contested_groups: list[str] = []
        self.fields["default_role"] = forms.ChoiceField(
            label=_("Role of everybody who comes by it"),
            choices=[("", _("None")), *self._choices],
            required=False,
            widget=Select,
        )
        self._offer(self._now)

    def _offer(self, rows: Sequence[tuple[str, str]]) -> None:
        """A field for each of these, and for some more."""
        self._count = len(rows) + BLANK_ROWS
        for number, (group, role) in enumerate([*rows, *[("", "")] * BLANK_ROWS]):
            self.fields[f"group_{number}"] = forms.CharField(
                label=_("Group"), max_length=500, required=False, initial=group
            )
            self.fields[f"role_{number}"] = forms.ChoiceField(
                label=_("Role"),
                choices=[("", "–"), *self._choices],
                required=False,
                widget=Select,
                initial=role,
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

    def _marks(self) -> dict[str, str]:
        of_groups = {_key(group): mark_of(roles) for group, roles in _by_group(self._now).items()}
        return super()._marks() | of_groups

    def _settle(self, opened: Mapping[str, str]) -> None:
        named = {name: mark for name, mark in opened.items() if name in self.fields}
        super()._settle(named)
        sent = _sent_rows(self.data)
        theirs, mine = _by_group(self._now), _by_group(sent)
        taken = set()
        for group in dict.fromkeys([*mine, *theirs]) if opened else ():
            then, now = opened.get(_key(group), mark_of([])), mark_of(theirs.get(group, []))
            typed = mark_of(mine.get(group, []))
            if now != then == typed:
                taken.add(group)
            elif now not in (then, typed):
                self._contested_groups.append(group)
        rows = [row for row in sent if row[0] not in taken]
        rows += [row for row in self._now if row[0] in taken]
        self._offer(rows)
        self._put(rows)

    def _put(self, rows: Sequence[tuple[str, str]]) -> None:
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        for number in range(self._count):
            group, role = rows[number] if number < len(rows) else ("", "")
            data[f"group_{number}"], data[f"role_{number}"] = group, role
        data[OPENED] = written(self._marks())
        self.data = data

    def _post_clean(self) -> None:
        super()._post_clean()
        theirs = _by_group(self._now)
        labels = {key: str(label) for key, label in self._choices}
        for group in self._contested_groups:
            roles = ", ".join(labels.get(role, role) for role in theirs.get(group, []))
            words = gettext(
                "Since you opened the page, somebody has changed the roles of “%(group)s” to “%(theirs)s”. Send the form again to put yours in their place."
            )
            self.add_error(None, words % {"group": group[:100], "theirs": roles or "–"})


def _sent_rows(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was typed, however many rows the page had."""
    rows = []
    for number in range(MOST + BLANK_ROWS):
        group = str(data.get(f"group_{number}", "")).strip()
        if group:
            rows.append((group, str(data.get(f"role_{number}", ""))))
    return rows


def _by_group(rows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for group, role in rows:
        roles = found.setdefault(group, [])
        roles += [role] if role not in roles else []
    return found


def _key(group: str) -> str:
    return digest(group)[:16]


def _roles_of(provider: IdentityProvider) -> list[tuple[str, Any]]:
    own = CustomRole.objects.of(provider.organization_id).order_by("name")
    built_in = [
        (role.value, role.label) for role in RoleName if role != RoleName.PLATFORM_ADMINISTRATOR
    ]
    return [*built_in, *((str(role.pk), role.name) for role in own)]
