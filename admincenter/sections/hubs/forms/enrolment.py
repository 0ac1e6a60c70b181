"""How hubs come in: by a code, or announced in a list."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.selectors.decisions import Actor
from accounts.organizations.models import Organization
from hubs.services.codes import MOST_USES
from hubs.services.imports import COLUMNS, NEEDED_COLUMNS
from mago.core.forms import Form

from ....columns import choices_of, guess, renamed
from ....lists import LARGEST_LIST, ListForm
from .places import PlaceForm

# What a line of a list of hubs may say, and what its column is often called.
_COLUMNS = {
    "serial": gettext_lazy("Serial number"),
    "model": gettext_lazy("Model"),
    "site": gettext_lazy("Site"),
    "room": gettext_lazy("Room"),
    "name": gettext_lazy("Name"),
}
_ALIKE = {
    "serial": ("serial", "serial number", "serial no", "serial no.", "s/n", "sn", "numero di serie", "seriale"),
    "model": ("model", "type", "product", "modello", "tipo"),
    "site": ("site", "location", "building", "sede"),
    "room": ("room", "space", "sala", "stanza"),
    "name": ("name", "label", "nome"),
}  # fmt: skip


class EnrolForm(PlaceForm, Form):
    """Where hubs may come in: a room, a site, or wherever their serial numbers are expected."""

    model = forms.CharField(
        label=gettext_lazy("Only this model"),
        max_length=64,
        required=False,
        help_text=gettext_lazy("Empty: any model."),
    )
    uses = forms.IntegerField(
        label=gettext_lazy("How many hubs"), min_value=1, max_value=MOST_USES, initial=1
    )
    days = forms.IntegerField(
        label=gettext_lazy("Valid for how many days"), min_value=1, max_value=90, initial=10
    )

    def __init__(
        self, data: Any, *, viewer: Actor, organization: Organization, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.order_fields(["site", "room", "model", "uses", "days"])
        self.offer_places(
            viewer, organization, ("", _("Wherever their serial numbers are expected"))
        )

    def clean_days(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])


class ImportForm(ListForm):
    """Hubs that are on their way."""


class ColumnsForm(Form):
    """Which column of a list of hubs says what; `text` comes along, unseen."""

    raw_fields = ("text",)

    text = forms.CharField(max_length=LARGEST_LIST, strip=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, text: str) -> None:
        columns = choices_of(text)
        super().__init__(data, initial={"text": text})
        guessed = guess([name for name, _shown in columns], _ALIKE)
        for name, label in _COLUMNS.items():
            self.fields[f"column_{name}"] = forms.ChoiceField(
                label=label,
                required=name in NEEDED_COLUMNS,
                initial=guessed[name],
                choices=[("", gettext_lazy("In no column")), *columns],
            )

    @property
    def renamed(self) -> str:
        """The list, once the form is valid, with the names that ours has; Refused for what is no list."""
        return renamed(
            self.cleaned_data["text"],
            {name: self.cleaned_data[f"column_{name}"] for name in COLUMNS},
        )
