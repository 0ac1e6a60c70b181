"""What narrows the list of those whom a sync concerns."""

from django import forms
from django.utils.translation import gettext_lazy

from accounts.federation.directory.models import Action

from ...pages import Filters
from ...widgets import Select

_ANY = ("", gettext_lazy("Any"))


class ChangeFilters(Filters):
    action = forms.ChoiceField(
        label=gettext_lazy("What is done"),
        required=False,
        widget=Select,
        choices=[_ANY, *Action.choices],
    )
    applied = forms.ChoiceField(
        label=gettext_lazy("How it went"),
        required=False,
        widget=Select,
        choices=[_ANY, ("yes", gettext_lazy("Done")), ("no", gettext_lazy("Not done"))],
    )
