"""Forms of imports, and of reports from outside."""

import binascii
import zlib
from base64 import b64decode, b64encode
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mago.core.forms import Form

from ...fields import RowField
from ..exchange.found import LARGEST
from ..models import PLATFORM_ID, Programme, Source
from ..selectors.penetration_tests import MOST, tests_of
from ..services.imports import OSV, Format

# What a browser sends back with the form, so that nobody chooses the file twice; a larger one is chosen again.
MOST_KEPT = 1_500_000


class ImportForm(Form):
    """Findings in a file; or in `kept`, where that file was looked at before (`keep`)."""

    format = forms.ChoiceField(label=gettext_lazy("Format"))
    source = forms.ChoiceField(label=gettext_lazy("Source"), choices=Source.choices)
    test = RowField(label=gettext_lazy("Found by the penetration test"))
    file = forms.FileField(label=gettext_lazy("File"), max_length=255)
    kept = forms.CharField(required=False, widget=forms.HiddenInput, max_length=MOST_KEPT)

    def __init__(
        self, data: Any, files: Any = None, *, programme: Programme, **kwargs: Any
    ) -> None:
        super().__init__(data, files, **kwargs)
        fields: dict[str, Any] = self.fields
        choices: list[tuple[str, Any]] = [
            (Format.SARIF.value, _("SARIF 2.1.0")),
            (Format.VEX.value, _("CycloneDX VEX 1.4 to 1.6")),
            (
                Format.CSV.value,
                _("CSV with the columns title, description, component, vector, severity, location"),
            ),
        ]
        if programme.pk == PLATFORM_ID:
            choices.append((OSV, _("OSV (JSON or ZIP) against our own requirements.txt")))
        fields["format"].choices = choices
        fields["test"].offer(tests_of(programme)[:MOST])
        if (self.initial if data is None else data).get("kept"):
            fields["file"].required = False
            fields["file"].help_text = gettext_lazy("Empty: the file that was looked at.")

    @staticmethod
    def keep(file: bytes) -> str:
        """What `kept` is to hold of a file; "" of one that is too large for it."""
        kept = b64encode(zlib.compress(file)).decode()
        return kept if len(kept) <= MOST_KEPT else ""

    def clean_kept(self) -> bytes:
        try:
            kept = b64decode(self.cleaned_data["kept"], validate=True)
            return zlib.decompressobj().decompress(kept, LARGEST) if kept else b""
        except (binascii.Error, zlib.error):
            return b""

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        kept = given.pop("kept", b"")
        if "file" in given and not given["file"]:
            given["file"] = kept
            if not kept:
                self.add_error("file", self.fields["file"].error_messages["required"])
        return given

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if not file:
            return b""
        if file.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 10 MiB."))
        data: bytes = file.read()
        return data


class OutsideForm(Form):
    """What somebody without an account reports."""

    title = forms.CharField(
        label=gettext_lazy("What it is, in a sentence"), min_length=8, max_length=150
    )
    description = forms.CharField(
        label=gettext_lazy("How to see it"),
        min_length=20,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy(
            "Where, with which steps, and what it lets somebody do. Please no data of other people."
        ),
    )
    component = forms.CharField(
        label=gettext_lazy("Address or part that is concerned"), max_length=100, required=False
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("For a receipt and questions. You can also stay unknown."),
    )
