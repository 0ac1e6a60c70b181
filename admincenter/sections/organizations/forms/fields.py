"""Fields of these forms: a role, an address, a member, somebody who is asked about."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.explain import askable
from accounts.access.models import CustomRole
from accounts.access.permissions import PLATFORM_ONLY, Permission
from accounts.access.roles import RoleName
from accounts.access.selectors.decisions import Actor
from accounts.models import User, normalize_email
from accounts.organizations.models import Organization

IN_ORGANIZATIONS = sorted(frozenset(Permission) - PLATFORM_ONLY)
BUILT_IN = [choice for choice in RoleName.choices if choice[0] != RoleName.PLATFORM_ADMINISTRATOR]


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

    def people(self) -> QuerySet[User]:
        return User.objects.filter(memberships__organization=self.organization)

    def clean(self, value: Any) -> Any:
        email = super().clean(value)
        if not email:
            return None
        if (found := self.people().filter(email=email).first()) is None:
            raise forms.ValidationError(_("No member has this address."))
        return found


class AskedField(MemberField):
    """Somebody about whom the viewer may ask: a member, or perhaps who holds a role on the platform."""

    viewer: Actor

    def people(self) -> QuerySet[User]:
        return askable(self.viewer, self.organization.pk)
