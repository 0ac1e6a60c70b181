"""Cleaning of what people type about exports and streams."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from mago.audit.exporting import Format
from mago.audit.models import AuditStream, StreamKind
from mago.core.edit_forms import EditForm

from ...fields import OneOfField
from ...forms import AuditFilters
from ...pages import Filters

FORMATS = [
    (Format.JSONL.value, gettext_lazy("JSON Lines, for programs and for checking it elsewhere")),
    (Format.CSV.value, gettext_lazy("CSV, for a spreadsheet")),
]


class FormatField(forms.ChoiceField):
    def __init__(self) -> None:
        label = gettext_lazy("Format")
        super().__init__(label=label, choices=FORMATS, widget=forms.RadioSelect)

    def clean(self, value: Any) -> Format:
        return Format(super().clean(value))


class ExportForm(AuditFilters):
    """The filters of the list, and in which form to write what they find."""

    format = FormatField()


class StreamFilters(Filters):
    state = OneOfField(
        gettext_lazy("State"),
        [
            ("sending", gettext_lazy("Sending")),
            ("failing", gettext_lazy("Failing")),
            ("paused", gettext_lazy("Paused")),
            ("dead", gettext_lazy("Gave up")),
        ],
    )


class _StreamForm(EditForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        help_text=gettext_lazy(
            "tls://log.example.com:6514 or udp://… for syslog, https://siem.example.com/in for a webhook."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        quiet = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        self.fields["address"].widget.attrs.update(quiet)


class NewStreamForm(_StreamForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=StreamKind.choices, widget=forms.RadioSelect
    )
    from_the_start = forms.BooleanField(
        label=gettext_lazy("Send what has happened already, too"), required=False
    )
    field_order = ["name", "kind", "address", "from_the_start"]


class StreamForm(_StreamForm):
    """The path of a webhook's address may hold a secret, so that it is not shown: nothing typed keeps it."""

    secret = forms.CharField(
        label=gettext_lazy("Present secret"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "Only to send it elsewhere, so that nobody else can have things signed with it. If you do not have it any more, renew it first."
        ),
    )

    def __init__(self, data: Any, *, stream: AuditStream) -> None:
        is_webhook = stream.kind == StreamKind.WEBHOOK
        shown = {"name": stream.name, "address": "" if is_webhook else stream.address}
        super().__init__(data, initial=shown)
        self.stream = stream
        if is_webhook:
            self.fields["address"].required = False
            self.fields["address"].label = gettext_lazy("New address")
            self.fields["address"].widget.attrs["placeholder"] = f"{stream.place}/…"
        else:
            del self.fields["secret"]

    def clean_address(self) -> str:
        return self.cleaned_data["address"] or self.stream.address
