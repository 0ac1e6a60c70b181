"""Two people edit the same thing at once: neither overwrites unseen what the other has saved.

A page shows a form over values that are there. It also sends a mark of each (a hash, so that a long text is not sent
twice), which comes back with what was typed. A value whose mark is another one by now was changed by somebody else.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from .forms import Form
from .ids import digest

OPENED = "opened"
_LONGEST_SHOWN = 200
# The marks of a table of 500 rows, the largest that there is.
_LONGEST_OPENED = 20_000


class EditForm(Form):
    """What only somebody else has changed since the page was opened stays theirs; what both have changed stands
    beside its field, and is theirs until the form is sent once more. Nothing is compared where no mark comes along.
    """

    opened: forms.CharField | None = forms.CharField(
        required=False, max_length=_LONGEST_OPENED, widget=forms.HiddenInput
    )

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        if field_name == OPENED:
            return written(self._marks())
        return super().get_initial_for_field(field, field_name)

    def full_clean(self) -> None:
        self._contested: list[str] = []
        if self.is_bound and OPENED in self.fields:
            self._settle(_read(self.data.get(self.add_prefix(OPENED), "")))
        super().full_clean()

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        self.cleaned_data.pop(OPENED, None)
        for name in self._contested:
            self.add_error(name, self._theirs(name))

    @property
    def behind(self) -> Mapping[str, str]:
        """What a field would replace of which it shows nothing: that of a file, by its name."""
        return {}

    def _marks(self) -> dict[str, str]:
        shown = {name: self._shown(name) for name in self.initial if self._is_compared(name)}
        behind = {name: value for name, value in self.behind.items() if name in self.fields}
        return {name: mark_of(value) for name, value in (shown | behind).items()}

    def _is_compared(self, name: str) -> bool:
        field = self.fields.get(name)
        # A secret is never shown, and not even its hash is sent.
        return field is not None and not isinstance(field.widget, forms.PasswordInput)

    def _shown(self, name: str) -> Any:
        """The present value, as its widget sends it back when nobody touches it."""
        field = self.fields[name]
        value = field.prepare_value(self.get_initial_for_field(field, name))
        return value if isinstance(value, bool) else field.widget.format_value(value)

    def _settle(self, opened: Mapping[str, str]) -> None:
        now = self._marks()
        changed = [name for name, mark in now.items() if opened.get(name, mark) != mark]
        if not changed:
            return
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        self.data = data
        for name in changed:
            key = self.add_prefix(name)
            typed = self.fields[name].widget.value_from_datadict(data, self.files, key)
            if name in self.behind:
                self._contested += [name] if typed else []
                continue
            sent = mark_of(typed)
            if sent == opened[name] and self._take_theirs(data, key, self._shown(name)):
                continue
            if sent != now[name]:
                self._contested.append(name)
        data[self.add_prefix(OPENED)] = written(now)

    @staticmethod
    def _take_theirs(data: Any, key: str, shown: Any) -> bool:
        """False for what takes more than one control."""
        if shown is None or shown is False:
            data.pop(key, None)
        elif isinstance(shown, list | tuple):
            data.setlist(key, [str(one) for one in shown])
        elif isinstance(shown, str | bool):
            data[key] = "on" if shown is True else shown
        else:
            return False
        return True

    def _theirs(self, name: str) -> str:
        field = self.fields[name]
        if isinstance(field, forms.FileField):
            return _(
                "Somebody has changed this since you opened the page. Choose the file again to put it in its place."
            )
        shown = self._shown(name)
        if isinstance(field, forms.ChoiceField) and not isinstance(
            field, forms.MultipleChoiceField
        ):
            key = shown[0] if isinstance(shown, list | tuple) and shown else shown
            labels = {str(value): label for value, label in _flat(field.choices)}
            shown = str(labels.get(str(key), key))
        if not isinstance(shown, str):
            return _(
                "Somebody has changed this since you opened the page. Send the form again to put yours in its place."
            )
        words = _(
            "Since you opened the page, somebody has changed this to “%(theirs)s”. Send the form again to put yours in its place."
        )
        return words % {"theirs": Truncator(shown or "–").chars(_LONGEST_SHOWN)}


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    """Choices without their groups."""
    found: list[tuple[Any, Any]] = []
    for value, label in choices:
        found += _flat(label) if isinstance(label, list | tuple) else [(value, label)]
    return found


def mark_of(value: Any) -> str:
    """The same for what a browser would send back of the same value."""
    if isinstance(value, list | tuple | set):
        text = "\n".join(sorted(str(one) for one in value if one not in ("", None)))
    elif isinstance(value, bool):
        text = "on" if value else ""
    else:
        text = str("" if value is None else value)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return digest(lines)[:16]


def written(marks: Mapping[str, str]) -> str:
    return " ".join(f"{name}:{mark}" for name, mark in marks.items())


def _read(written: str) -> dict[str, str]:
    pairs = (one.partition(":") for one in written[:_LONGEST_OPENED].split())
    return {name: mark for name, _colon, mark in pairs if mark}
