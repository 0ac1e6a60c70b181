"""Cleaning of what is chosen: who is meant, what is to be done, which column says what."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.roles import RoleName
from mago.core.errors import Refused
from mago.core.forms import Form
from mago.jobs.models import Outcome, State

from ..columns import choices_of
from ..fields import OneOfField, capitalized
from ..lists import LARGEST_LIST
from ..pages import Filters
from ..widgets import Select
from . import members
from .rows import Rows


class ItemFilters(Filters):
    outcome = OneOfField(gettext_lazy("Outcome"), capitalized(Outcome.choices))


class JobFilters(Filters):
    state = OneOfField(gettext_lazy("State"), State.choices)


class ChosenForm(Form):
    """Rows that were ticked in a list; or, with `everything`, all that its filters find.

    Cleaned to the kind of `work`, and `found`: the rows.
    """

    work = forms.ChoiceField(label=gettext_lazy("What to do"))
    everything = forms.BooleanField(required=False)

    def __init__(self, data: QueryDict, *, rows: Rows) -> None:
        super().__init__(data)
        self.rows, self.filters = rows, rows.form(data)
        self.works = rows.works()
        cast(Any, self.fields["work"]).choices = [(kind, kind) for kind in self.works]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        try:
            keys = [UUID(key) for key in cast(QueryDict, self.data).getlist(self.rows.ticked)]
        except ValueError:
            keys = []
        if not self.filters.is_valid() or not (keys or data.get("everything")):
            self.add_error(None, _("Choose rows in the list."))
        elif "work" in data:
            data["work"] = self.works[data["work"]]
            every = data["everything"]
            data["found"] = (
                self.rows.found(**self.filters.chosen) if every else self.rows.named(keys)
            )
        return data


class MappingForm(Form):
    """Which column of the list says what; `text` comes along, unseen."""

    raw_fields = ("text",)

    text = forms.CharField(max_length=LARGEST_LIST, strip=False, widget=forms.HiddenInput)
    role = forms.ChoiceField(
        label=gettext_lazy("Role of those whose line names none"),
        choices=[
            (role.value, role.label) for role in RoleName if role != RoleName.PLATFORM_ADMINISTRATOR
        ],
        initial=RoleName.GUEST,
        widget=Select,
    )

    def __init__(self, data: Any, *, text: str) -> None:
        columns = choices_of(text)
        super().__init__(data, initial={"text": text})
        guessed = members.guess([name for name, _shown in columns])
        for name, label in members.FIELDS.items():
            self.fields[f"column_{name}"] = forms.ChoiceField(
                label=label,
                required=name == "email",
                initial=guessed[name],
                widget=Select,
                choices=[("", gettext_lazy("In no column")), *columns],
            )
        self.order_fields(["text", *(f"column_{name}" for name in members.FIELDS), "role"])

    @property
    def mapping(self) -> dict[str, str]:
        return {name: self.cleaned_data[f"column_{name}"] for name in members.FIELDS}

    @classmethod
    def sent(cls, data: Any) -> "MappingForm":
        """The form that was sent; Refused where the list that came along is none."""
        text = str(data.get("text", ""))
        if len(text) > LARGEST_LIST:
            raise Refused(_("This file is too large: at most one megabyte."), code="bad_list")
        return cls(data, text=text)
