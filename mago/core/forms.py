"""The form that all of ours extend: what cannot be text is refused beside its field."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from .errors import Refused

# Controls, halves of characters, separators of lines and paragraphs.
_UNUSABLE = ("Cc", "Cs", "Zl", "Zp")
# They turn the direction of what follows, also outside the value: "gnp.exe" reads "exe.png".
_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def unusable(value: str, *, lines: bool = False) -> bool:
    """Whether `value` holds what breaks or turns a line, or the mark that broken UTF-8 leaves behind."""
    if value.isascii() and value.isprintable():
        return False  # Nearly always, and told at once.
    allowed = "\r\n\t" if lines else ""
    return any(
        (unicodedata.category(c) in _UNUSABLE or c in _TURNS or c == "\ufffd") and c not in allowed
        for c in value
    )


class Form(forms.Form):
    """`raw_fields` name those that are taken exactly as sent, such as passwords.

    `service_fields` says which field of the form a service means, where the two are named differently.
    """

    raw_fields: tuple[str, ...] = ()
    service_fields: Mapping[str, str] = {}

    def refuse(self, refusal: Refused) -> None:
        """The service's refusal stands beside the fields that it names, or above them all; also of a form that
        was not sent, on a page with more than one."""
        if not self.is_bound:
            self.full_clean()
            self.cleaned_data: dict[str, Any] = {}
        for name, messages in refusal.fields.items():
            field = self.service_fields.get(name, name)
            self.add_error(
                field if field in self.fields else None, [str(message) for message in messages]
            )
        if not refusal.fields:
            self.add_error(None, str(refusal.detail))

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        for name, value in list(self.cleaned_data.items()):
            if isinstance(value, str) and self._is_unusable(name, value):
                self.add_error(
                    name, _("This contains characters that cannot be used here. Type it again.")
                )

    def _is_unusable(self, name: str, value: str) -> bool:
        if name in self.raw_fields:
            return "\ufffd" in value or "\x00" in value
        return unusable(value, lines=isinstance(self.fields[name].widget, forms.Textarea))


class PasswordField(forms.CharField):
    """A password exactly as typed: never trimmed, with a cap so that nobody makes us hash a book."""

    def __init__(self, *, new: bool = False, **kwargs: Any) -> None:
        attrs = {
            "autocomplete": "new-password" if new else "current-password",
            "spellcheck": "false",
            "autocapitalize": "none",
        }
        widget = forms.PasswordInput(attrs=attrs)
        super().__init__(
            strip=False, max_length=settings.PASSWORD_MAX_LENGTH, widget=widget, **kwargs
        )
        # Browsers cut a paste off at maxlength without a word; the person would never know the password that was set.
        self.widget.attrs.pop("maxlength", None)
