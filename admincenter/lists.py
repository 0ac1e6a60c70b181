"""Lists that administrators bring along, as a file or pasted."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mago.core.forms import Form

LARGEST_LIST = 1_000_000


class ListForm(Form):
    """A list as a file, or pasted; cleaned to its `text`."""

    raw_fields = ("text",)

    file = forms.FileField(label=gettext_lazy("File (CSV)"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Or the list itself"),
        required=False,
        max_length=LARGEST_LIST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "The first line names the columns, whatever they are called; you match them in the next step."
        ),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if (file := data.pop("file", None)) is not None:
            data["text"] = self._read(file)
        elif not data.get("text"):
            self.add_error("text", _("Choose a file, or paste the list."))
        return data

    def _read(self, file: Any) -> str:
        if file.size > LARGEST_LIST:
            self.add_error("file", _("This file is too large: at most one megabyte."))
            return ""
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            self.add_error("file", _("This file is not text in UTF-8."))
            return ""
