"""What the lists of hubs and of their tasks are narrowed by."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.selectors.decisions import Actor
from accounts.organizations.models import Organization
from accounts.organizations.selectors import sites_of
from hubs.life.selectors import STANDINGS
from hubs.models import State
from hubs.operations.kinds import Kind
from hubs.operations.selectors import groups_of, tags_in

from ....fields import ANY, OneOfField, RowField, SearchField
from ....pages import Filters
from ....widgets import Select


class AnyHubFilters(Filters):
    q = SearchField(gettext_lazy("Serial number or name"))
    standing = OneOfField(gettext_lazy("Presence"), STANDINGS)
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
        labels: dict[str, dict[str, Any]] = {
            "standing": dict(STANDINGS),
            "state": dict(State.choices),
        }
        return labels[name][value] if name in labels else value


class GroupFilters(Filters):
    q = SearchField(gettext_lazy("Name"))


class RoomFilters(Filters):
    q = SearchField(gettext_lazy("Name"))
    site = RowField(label=gettext_lazy("Site"), widget=Select)

    def __init__(self, data: Any, *, viewer: Actor, organization: Organization) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        fields["site"].offer(sites_of(viewer, organization), first=ANY)


class CodeFilters(Filters):
    site = RowField(label=gettext_lazy("Site"), widget=Select)

    def __init__(self, data: Any, *, viewer: Actor, organization: Organization) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        fields["site"].offer(sites_of(viewer, organization), first=ANY)


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
