"""Cleaning of what people type on the pages of second factors."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mago.core.forms import Form

from .models import Kind


class CodeForm(Form):
    """A code that was sent, shown by an app, or printed; or what a passkey signed."""

    code = forms.CharField(label=_("Code"), max_length=40)
    credential = forms.CharField(
        max_length=65536,
        widget=forms.HiddenInput(),
        error_messages={"required": _("Use the button below.")},
    )
    trust = forms.BooleanField(
        label=_("Do not ask in this browser for 30 days"),
        required=False,
    )

    def __init__(self, *args: Any, kind: str, may_trust: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signs = kind == Kind.PASSKEY
        if not may_trust:
            del self.fields["trust"]
        del self.fields["code" if self.signs else "credential"]
        if not self.signs:
            self._set_up_code(kind)

    def _set_up_code(self, kind: str) -> None:
        code = self.fields["code"]
        code.widget.attrs |= {
            "autocomplete": "one-time-code",
            "autocapitalize": "characters" if kind == Kind.RECOVERY else "none",
            "spellcheck": "false",
            "autofocus": True,
        }
        if kind == Kind.RECOVERY:
            code.label = _("Recovery code")
        else:
            code.widget.attrs["inputmode"] = "numeric"

    @property
    def answer(self) -> str:
        return str(self.cleaned_data["credential" if self.signs else "code"])


class NameForm(Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        required=False,
        help_text=_("So that you can tell it from others, such as “Work telephone”."),
    )


class EmailForm(NameForm):
    address = forms.EmailField(label=_("E-mail address"), max_length=254)

    field_order = ("address", "name")


class SmsForm(NameForm):
    number = forms.CharField(
        label=_("Mobile number"),
        max_length=40,
        help_text=_("With the country code, such as +39 347 1234567."),
    )

    field_order = ("number", "name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].widget.input_type = "tel"
        self.fields["number"].widget.attrs["autocomplete"] = "tel"


# What is asked before a factor of this kind can be made.
DETAILS: dict[str, type[NameForm]] = {
    Kind.TOTP: NameForm,
    Kind.SMS: SmsForm,
    Kind.EMAIL: EmailForm,
}
