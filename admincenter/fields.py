"""Fields that many forms have: those of the filters above lists, which narrow nothing where they are left, and a choice of rows."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from .widgets import Select

ANY = ("", gettext_lazy("Any"))
NOTHING = ("", "–")
DAYS = {"1": timedelta(days=1), "7": timedelta(days=7)}


def capitalized(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The same, each label beginning with a capital."""
    return [(value, capfirst(label)) for value, label in choices]


class SearchField(forms.CharField):
    """What is searched for; its label says where."""

    def __init__(self, label: Any, *, max_length: int = 100) -> None:
        super().__init__(
            label=label, max_length=max_length, required=False, widget=forms.SearchInput
        )


class OneOfField(forms.TypedChoiceField):
    """One of a few choices, each a value and its label; `first` stands for none of them."""

    def __init__(
        self,
        label: Any,
        choices: Iterable[Any] = (),
        *,
        first: tuple[str, Any] = ANY,
        coerce: Callable[[Any], Any] = str,
    ) -> None:
        super().__init__(
            label=label, required=False, widget=Select, choices=[first, *choices], coerce=coerce
        )


class LatelyField(OneOfField):
    """Within the last days; cleaned to how long that is."""

    def __init__(self, label: Any) -> None:
        choices = [("1", gettext_lazy("Last 24 hours")), ("7", gettext_lazy("Last 7 days"))]
        super().__init__(label, choices, coerce=DAYS.__getitem__)


class RowField(forms.ChoiceField):
    """One of some rows; cleaned to the row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False} | kwargs)
        self.rows: dict[str, Any] = {}

    def offer(self, rows: Iterable[Any], first: tuple[str, Any] = NOTHING) -> None:
        self.rows = {str(row.pk): row for row in rows}
        self.choices = [first, *((key, str(row)) for key, row in self.rows.items())]

    def clean(self, value: Any) -> Any:
        return self.rows.get(super().clean(value))
