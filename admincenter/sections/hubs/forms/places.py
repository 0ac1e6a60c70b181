"""Where a hub stands: a site that is chosen, and a room that is named, as an organization may have tens of thousands."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.selectors.decisions import Actor
from accounts.organizations.models import Organization, Site
from accounts.organizations.selectors import sites_of
from hubs.models import Room
from hubs.selectors import rooms_of

from ....fields import NOTHING, RowField
from ....widgets import Suggesting

# So many rooms are suggested while one types.
SUGGESTED = 200
_BETWEEN = " · "


class RoomField(forms.CharField):
    """A room by its name, or by that after its site's: cleaned to this text. Whichever it is, `one` says."""

    widget = Suggesting

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Room"),
            max_length=250,
            required=False,
            help_text=gettext_lazy("By its name, such as Blue; or with its site: Lobby · Blue."),
        )
        self.rooms: QuerySet[Room] = Room.objects.none()

    def offer(self, rooms: QuerySet[Room], site: Site | None) -> None:
        """Any of these may be named. Suggested are all of them or, of very many, those at `site`."""
        self.rooms = rooms
        suggested = list(rooms[: SUGGESTED + 1])
        if len(suggested) > SUGGESTED and site:
            suggested = list(rooms.filter(site=site)[:SUGGESTED])
        self.widget.suggestions = [shown(room, room.site) for room in suggested[:SUGGESTED]]

    def one(self, text: str, site: Site | None) -> Room | None:
        """The room that `text` names, at this site where there is one; ValidationError where it names none, or several."""
        if not text:
            return None
        found = list(self._named(text).filter(**{"site": site} if site else {})[:3])
        # A name may hold that of the site, too, or differ by capitals alone: what is written exactly so is meant.
        exactly = [room for room in found if text in {shown(room, room.site), room.name}]
        found = [room for room in exactly if room.name != text] or exactly or found
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(
                _("Several sites have a room of this name: choose the site.")
            )
        if site and self._named(text).exists():
            raise forms.ValidationError(_("This room is at another site."))
        raise forms.ValidationError(_("There is no room of this name."))

    def _named(self, text: str) -> QuerySet[Room]:
        parts = text.split(_BETWEEN)
        meant = Q(name__iexact=text)
        for at in range(1, len(parts)):
            site, room = _BETWEEN.join(parts[:at]), _BETWEEN.join(parts[at:])
            meant |= Q(site__name__iexact=site, name__iexact=room)
        return self.rooms.filter(meant)


def shown(room: Room, site: Site) -> str:
    """As it is suggested: the same name at two sites is two rooms."""
    return f"{site}{_BETWEEN}{room}"


class PlaceForm(forms.Form):
    """A form with these two; `site` stands before `room`."""

    site = RowField(label=gettext_lazy("Site"))
    room = RoomField()

    def offer_places(
        self, viewer: Actor, organization: Organization, nowhere: tuple[str, Any] = NOTHING
    ) -> None:
        fields: dict[str, Any] = self.fields
        fields["site"].offer(sites_of(viewer, organization), nowhere)
        begun_with = fields["site"].rows.get(str(self["site"].value()))
        fields["room"].offer(rooms_of(viewer, organization), begun_with)

    def clean_room(self) -> Room | None:
        field: Any = self.fields["room"]
        room: Room | None = field.one(self.cleaned_data["room"], self.cleaned_data.get("site"))
        return room
