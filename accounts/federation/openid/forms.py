"""What a customer's administrator copies from the console of their OpenID provider."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mago.core.edit_forms import EditForm

from .models import OpenIdSettings


class OpenIdForm(EditForm):
    raw_fields = ("secret",)

    issuer = forms.CharField(
        label=_("Issuer"),
        max_length=500,
        help_text=_("Exactly as the provider writes it, mostly without /.well-known/… at its end."),
    )
    client_id = forms.CharField(label=_("Client ID"), max_length=255)
    secret = forms.CharField(
        label=_("Client secret"),
        max_length=4096,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.CharField(
        label=_("Scopes"),
        max_length=300,
        help_text=_(
            "With blanks between. Some providers tell groups only where “groups” is among them."
        ),
    )
    acr_values = forms.CharField(
        label=_("Demanded acr values"),
        max_length=500,
        required=False,
        help_text=_("Empty, or values of which the ID token must tell one: others are refused."),
    )

    def __init__(self, row: OpenIdSettings | None, data: Any = None) -> None:
        names = ("issuer", "client_id", "scopes", "acr_values")
        shown = row or OpenIdSettings()
        super().__init__(data, initial={name: getattr(shown, name) for name in names})
        if row is not None:
            self.fields["secret"].required = False
            self.fields["secret"].help_text = _("Empty: the present one stays.")
