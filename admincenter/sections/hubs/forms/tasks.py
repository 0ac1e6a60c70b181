"""What hubs are told to do."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.selectors.decisions import Actor, can_within
from accounts.organizations.models import Organization
from hubs.operations.kinds import PERMISSIONS, Kind
from hubs.operations.orders import MOST_LOG_LINES
from mago.core.forms import Form


class LocalTimeField(forms.CharField):
    """A time on the wall of each site, without a zone; cleaned to a naive datetime, or None for at once."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=16, **kwargs)
        self.widget.attrs.update(placeholder="2026-11-22 03:00", autocomplete="off")

    def clean(self, value: Any) -> datetime | None:
        text = str(super().clean(value) or "")
        if not text:
            return None
        try:
            return datetime.strptime(text.replace("T", " "), "%Y-%m-%d %H:%M")  # noqa: DTZ007
        except ValueError:
            raise forms.ValidationError(_("Write 2026-11-22 03:00.")) from None


class TaskForm(Form):
    kind = forms.ChoiceField(label=gettext_lazy("What they should do"))
    version = forms.CharField(
        label=gettext_lazy("Version"),
        max_length=64,
        required=False,
        help_text=gettext_lazy("For an update of the firmware."),
    )
    lines = forms.IntegerField(
        label=gettext_lazy("Lines of the log"),
        required=False,
        min_value=1,
        max_value=MOST_LOG_LINES,
        initial=200,
        help_text=gettext_lazy("For a log: its last lines."),
    )
    local_time = LocalTimeField(
        label=gettext_lazy("When"),
        help_text=gettext_lazy(
            "Empty: at once. Otherwise by the clock on the wall of each site, in its own time zone."
        ),
    )
    expires_after = forms.TypedChoiceField(
        label=gettext_lazy("Given up after"),
        coerce=lambda hours: timedelta(hours=int(hours)),
        initial="24",
        choices=[
            ("1", gettext_lazy("An hour")),
            ("24", gettext_lazy("A day")),
            ("168", gettext_lazy("A week")),
            ("720", gettext_lazy("30 days")),
        ],
    )

    def __init__(self, data: Any, *, viewer: Actor, organization: Organization, kind: str) -> None:
        super().__init__(data, initial={"kind": kind})
        self.kinds = [
            (one.value, one.label)
            for one in Kind
            if can_within(viewer, PERMISSIONS[one], organization)
        ]
        self.fields["kind"].choices = self.kinds  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        names = {Kind.UPDATE: ("version",), Kind.COLLECT_LOGS: ("lines",)}
        sent = {name: data.pop(name, None) for name in ("version", "lines")}
        if "kind" in data:
            data["kind"] = Kind(data["kind"])
            wanted = names.get(data["kind"], ())
            data["parameters"] = {name: sent[name] for name in wanted if sent[name] is not None}
        return data
