"""Cleaning of what every kind of provider is set by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mago.core.edit_forms import EditForm

from .mapping import FIELDS
from .models import IdentityProvider, Kind

MOST_GROUPS = 100


class MappingForm(EditForm):
    """By which attributes the provider tells what, and what is made of it."""

    email = forms.CharField(label=_("Attribute of the e-mail address"), max_length=200)
    name = forms.CharField(label=_("Attribute of the name"), max_length=200, required=False)
    first_name = forms.CharField(
        label=_("Attribute of the first name"), max_length=200, required=False
    )
    last_name = forms.CharField(
        label=_("Attribute of the last name"), max_length=200, required=False
    )
    groups = forms.CharField(label=_("Attribute of the groups"), max_length=200, required=False)
    required_groups = forms.CharField(
        label=_("Groups that may enter"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "One a line, exactly as the provider writes them. Empty: everybody whom it lets through."
        ),
    )
    provisions = forms.BooleanField(
        label=_("Make an account for new people of proved domains"), required=False
    )
    trusts_second_factor = forms.BooleanField(
        label=_("Believe the provider when it says that it asked for two factors"),
        required=False,
    )
    second_factor_values = forms.CharField(
        label=_("Further values that say so"),
        required=False,
        max_length=2000,
        help_text=_("Of acr, amr or AuthnContextClassRef, with blanks between."),
    )
    allow_idp_initiated = forms.BooleanField(
        label=_("Let people begin at the provider, without asking here first"),
        required=False,
        help_text=_("Less safe: somebody can be signed in to an account that is not theirs."),
    )

    def __init__(self, provider: IdentityProvider, data: Any = None) -> None:
        initial: dict[str, Any] = dict(provider.attribute_mapping)
        for name in ("provisions", "trusts_second_factor", "allow_idp_initiated"):
            initial[name] = getattr(provider, name)
        initial["required_groups"] = "\n".join(provider.required_groups)
        initial["second_factor_values"] = " ".join(provider.second_factor_values)
        super().__init__(data, initial=initial)
        if provider.kind != Kind.SAML:
            del self.fields["allow_idp_initiated"]
        if provider.kind == Kind.LDAP:
            del self.fields["trusts_second_factor"], self.fields["second_factor_values"]
        if provider.kind != Kind.SAML:
            # The others have names that the standards or the directory's own settings give.
            self.fields["email"].required = False

    def clean_required_groups(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["required_groups"].splitlines()]
        return list(dict.fromkeys(filter(None, lines)))[:MOST_GROUPS]

    def clean_second_factor_values(self) -> list[str]:
        return list(dict.fromkeys(self.cleaned_data["second_factor_values"].split()))

    @property
    def values(self) -> dict[str, Any]:
        """As `services.edit_provider` takes them."""
        cleaned = dict(self.cleaned_data)
        mapping = {name: cleaned.pop(name).strip() for name in FIELDS}
        return cleaned | {"attribute_mapping": mapping}
