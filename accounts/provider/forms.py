"""Cleaning of what people type."""

from django import forms
from django.utils.translation import gettext_lazy as _

from mago.core.forms import Form


class DeviceCodeForm(Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("The eight letters that your device shows."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
