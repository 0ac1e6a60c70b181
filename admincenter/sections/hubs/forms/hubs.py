"""What a hub, a room and a group are called, and where they belong."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.access.selectors.decisions import Actor
from accounts.organizations.models import Organization
from accounts.organizations.selectors import sites_of
from hubs.models import Hub
from hubs.operations.models import LONGEST_TAG
from mago.audit.cleaning import LONGEST_REASON
from mago.core.edit_forms import EditForm
from mago.core.forms import Form

from ....fields import RowField
from .places import PlaceForm, shown


class NameForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)


class HubForm(PlaceForm, EditForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, required=False)
    site = RowField(
        label=gettext_lazy("Site"),
        required=True,
        error_messages={"required": gettext_lazy("Choose a site.")},
    )
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
        self.order_fields(["name", "site", "room", "tags"])
        self.offer_places(viewer, organization)

    def clean_tags(self) -> list[str]:
        return [tag.strip() for tag in self.cleaned_data["tags"].split(",") if tag.strip()]


def hub_values(hub: Hub, tags: list[str]) -> dict[str, Any]:
    """What HubForm shows of a hub."""
    return {
        "name": hub.name,
        "site": str(hub.site_id),
        "room": shown(hub.room, hub.site) if hub.room else "",
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


class ReasonForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("Kept with the hub and in the audit trail."),
    )
