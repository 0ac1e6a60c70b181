"""Hubs that are on their way, from a list: they are expected, and come in by a code of their organization."""

import csv
import io
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission
from accounts.access.services import demand_permission
from accounts.models import User
from accounts.organizations.models import Organization, Site
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Refused

from ..devices import wrong_text
from ..models import Hub, Room, State

COLUMNS = ("serial", "model", "site", "room", "name")
NEEDED_COLUMNS = ("serial", "model", "site")
MOST_LINES = 5000
_LONGEST = {"serial": 64, "model": 64, "name": 100}


@dataclass
class ImportedLine:
    """A line of the list, counted from the header as 1, and what is wrong with it."""

    number: int
    serial: str
    errors: list[str] = field(default_factory=list)
    hub: Hub | None = None


def import_hubs(
    *, organization: Organization, text: str, actor: User, dry_run: bool
) -> list[ImportedLine]:
    """The hubs of the list (CSV with the columns of COLUMNS) are expected, if every line is right; else none is.

    With `dry_run` nothing is written. Refused where it is no such list, Forbidden where `actor` may
    not enrol at a site that it names.
    """
    lines = _Reading(organization).read(text)
    for site in {line.hub.site for line in lines if line.hub}:
        demand_permission(actor, Permission.HUBS_ENROL, site)
    if dry_run or any(line.errors for line in lines):
        return lines
    hubs = [line.hub for line in lines if line.hub]
    try:
        with transaction.atomic():
            Hub.objects.bulk_create(hubs, batch_size=500)
            record(
                Tag.HUBS_IMPORTED,
                actor=actor,
                target=organization,
                organization_id=organization.pk,
                count=len(hubs),
                serials=[hub.serial for hub in hubs],
            )
    except IntegrityError:
        raise Conflict from None
    return lines


class _Reading:
    """What the lines are held against: read once, whatever the length of the list."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.sites = {site.name: site for site in Site.objects.of(organization)}
        rooms = Room.objects.of(organization)
        self.rooms = {(room.site_id, room.name): room for room in rooms}
        hubs = Hub.objects.of(organization).exclude(state=State.RETIRED)
        self.serials = set(hubs.values_list("serial", flat=True))

    def read(self, text: str) -> list[ImportedLine]:
        try:
            rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
            missing = set(NEEDED_COLUMNS) - set(rows.fieldnames or ())
            if missing or set(rows.fieldnames or ()) - set(COLUMNS):
                words = _("The first line must name the columns: %(columns)s.")
                raise _no_list(words % {"columns": ", ".join(COLUMNS)})
            lines: list[ImportedLine] = []
            for row in rows:
                if len(lines) == MOST_LINES:
                    words = _("A list holds at most %(most)s hubs.")
                    raise _no_list(words % {"most": MOST_LINES})
                lines.append(self._line(rows.line_num, row))
        except csv.Error:
            raise _no_list(_("This is no list of comma-separated values.")) from None
        return lines

    def _line(self, number: int, row: dict[str | None, str | None]) -> ImportedLine:
        cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
        line = ImportedLine(number, cells["serial"])
        if None in row:
            line.errors.append(_("There are more cells than columns."))
        for name, longest in _LONGEST.items():
            if (cells[name] or name != "name") and (why := wrong_text(cells[name], longest)):
                line.errors.append(f"{name}: {why}")
        if cells["serial"] in self.serials:
            line.errors.append(_("This serial number is there already."))
        self.serials.add(cells["serial"])
        site = self.sites.get(cells["site"])
        room = self.rooms.get((site.pk, cells["room"])) if site else None
        if site is None:
            line.errors.append(_("There is no such site."))
        elif cells["room"] and room is None:
            line.errors.append(_("There is no such room at this site."))
        if site is not None and not line.errors:
            line.hub = Hub(
                organization=self.organization,
                site=site,
                room=room,
                serial=cells["serial"],
                model=cells["model"],
                name=cells["name"],
            )
        return line


def _no_list(message: str) -> Refused:
    return Refused(message, code="bad_list", fields={"file": [message]})
