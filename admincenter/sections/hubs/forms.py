"""Cleaning of what people type on the pages of a fleet."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.selectors import Actor, can_within
from accounts.organizations.models import Organization
from accounts.organizations.selectors import sites_of
from hubs.life.selectors import Standing
from hubs.models import Hub, State
from hubs.operations.kinds import PERMISSIONS, Kind
from hubs.operations.models import LONGEST_TAG
from hubs.operations.orders import MOST_LOG_LINES
from hubs.operations.selectors import groups_of, tags_in
from hubs.selectors import rooms_of
from hubs.services.codes import MOST_USES
from hubs.services.imports import COLUMNS, NEEDED_COLUMNS
from mago.audit.cleaning import LONGEST_REASON
from mago.core.edit_forms import EditForm
from mago.core.forms import Form

from ...columns import columns_of, guess, renamed
from ...fields import ANY, OneOfField, SearchField
from ...lists import LARGEST_LIST, ListForm
from ...pages import Filters
from ...widgets import Select
from ..organizations.forms import NOTHING, RowField

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


class NameForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)


class AnyHubFilters(Filters):
    q = SearchField(gettext_lazy("Serial number or name"))
    standing = OneOfField(gettext_lazy("Presence"), Standing.choices)
    state = OneOfField(gettext_lazy("State"), State.choices)


class HubFilters(AnyHubFilters):
    site = RowField(label=gettext_lazy("Site"), widget=Select)
    group = RowField(label=gettext_lazy("Group"), widget=Select)
    tag = OneOfField(gettext_lazy("Tag"))

    def __init__(self, data: Any, *, viewer: Actor, organization: Organization) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        fields["site"].offer(sites_of(viewer, organization), first=ANY)
        fields["group"].offer(groups_of(organization), first=ANY)
        fields["tag"].choices = [ANY, *((tag, tag) for tag in tags_in(organization))]

    @property
    def words(self) -> str:
        """Which hubs those are, for people."""
        told = [
            f"{self.fields[name].label}: {self._shown(name, value)}"
            for name, value in self.chosen.items()
        ]
        return ", ".join(told) or _("all hubs")

    def _shown(self, name: str, value: Any) -> Any:
        labels = {"standing": Standing, "state": State}
        return labels[name](value).label if name in labels else value


class TaskFilters(Filters):
    kind = OneOfField(gettext_lazy("Kind"), Kind.choices)
    state = OneOfField(
        gettext_lazy("State"),
        [
            ("open", gettext_lazy("Under way")),
            ("failed", gettext_lazy("With failures")),
            ("done", gettext_lazy("Done")),
        ],
    )


class HubForm(EditForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, required=False)
    site = RowField(
        label=gettext_lazy("Site"),
        required=True,
        error_messages={"required": gettext_lazy("Choose a site.")},
    )
    room = RowField(label=gettext_lazy("Room"))
    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        max_length=20 * (LONGEST_TAG + 2),
        required=False,
        help_text=gettext_lazy("With commas between, such as: large room, pilot."),
    )

    def __init__(
        self, data: Any, *, viewer: Actor, organization: Organization, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["site"].offer(sites_of(viewer, organization))
        fields["room"].offer(rooms_of(viewer, organization))
        # The same name at two sites is two rooms.
        rooms = fields["room"].rows
        fields["room"].choices = [
            NOTHING, *((key, f"{room.site} · {room}") for key, room in rooms.items())
        ]  # fmt: skip

    def clean_tags(self) -> list[str]:
        return [tag.strip() for tag in self.cleaned_data["tags"].split(",") if tag.strip()]


def hub_values(hub: Hub, tags: list[str]) -> dict[str, Any]:
    """What HubForm shows of a hub."""
    return {
        "name": hub.name,
        "site": str(hub.site_id),
        "room": str(hub.room_id or ""),
        "tags": ", ".join(tags),
    }


class RoomForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)


class NewRoomForm(RoomForm):
    site = RowField(
        label=gettext_lazy("Site"),
        required=True,
        error_messages={"required": gettext_lazy("Choose a site.")},
    )

    def __init__(self, data: Any, *, viewer: Actor, organization: Organization) -> None:
        super().__init__(data)
        self.fields["site"].offer(sites_of(viewer, organization))  # type: ignore[attr-defined]


class EnrolForm(Form):
    """Where hubs may come in: a room, a site, or wherever their serial numbers are expected."""

    place = forms.ChoiceField(label=gettext_lazy("Where"), required=False)
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
        label=gettext_lazy("Good for days"), min_value=1, max_value=90, initial=10
    )

    def __init__(
        self, data: Any, *, viewer: Actor, organization: Organization, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        sites = {f"site:{site.pk}": site for site in sites_of(viewer, organization)}
        rooms = {f"room:{room.pk}": room for room in rooms_of(viewer, organization)}
        self._places: dict[str, dict[str, Any]] = {"": {}}
        self._places |= {key: {"site": site} for key, site in sites.items()}
        self._places |= {key: {"room": room} for key, room in rooms.items()}
        choices = [
            ("", _("Wherever their serial numbers are expected")),
            (_("A site, in no room yet"), [(key, str(site)) for key, site in sites.items()]),
            (_("A room"), [(key, f"{room.site} · {room}") for key, room in rooms.items()]),
        ]
        self.fields["place"].choices = choices  # type: ignore[attr-defined]

    def clean_place(self) -> dict[str, Any]:
        return self._places[self.cleaned_data["place"]]

    def clean_days(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])


class ImportForm(ListForm):
    """Hubs that are on their way."""


class ColumnsForm(Form):
    """Which column of a list of hubs says what; `text` comes along, unseen."""

    raw_fields = ("text",)

    text = forms.CharField(max_length=LARGEST_LIST, strip=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, text: str) -> None:
        columns = columns_of(text)
        super().__init__(data, initial={"text": text})
        guessed = guess(columns, _ALIKE)
        for name, label in _COLUMNS.items():
            self.fields[f"column_{name}"] = forms.ChoiceField(
                label=label,
                required=name in NEEDED_COLUMNS,
                initial=guessed[name],
                choices=[("", gettext_lazy("In no column")), *((one, one) for one in columns)],
            )

    @property
    def renamed(self) -> str:
        """The list, once the form is valid, with the names that ours has; Refused for what is no list."""
        return renamed(
            self.cleaned_data["text"],
            {name: self.cleaned_data[f"column_{name}"] for name in COLUMNS},
        )


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


class ReasonForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("Kept with the hub and in the audit trail."),
    )
