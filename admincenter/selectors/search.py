"""One search over all that somebody may see: each kind by its names, a few of each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access.models import Membership
from accounts.access.permissions import Permission
from accounts.access.selectors.decisions import can
from accounts.models import User
from accounts.organizations.models import Organization
from accounts.organizations.selectors import visible_to
from hubs.models import Hub, State

from ..keyset import KeysetPage
from ..navigation import Permissions
from ..places import places
from .hubs import hubs_named
from .organizations import find_organizations, members_named
from .people import MOST_SEARCHED, find_people

MOST = 6
# Of a kind that may be seen in part only, so many are looked at, and of organizations for it.
LOOKED_AT = 30
ORGANIZATIONS = 200
SHORTEST = 2


@dataclass(frozen=True)
class Found:
    title: str
    detail: str
    url: str
    icon: str


@dataclass(frozen=True)
class Kind:
    """What was found of one kind; `all_url` has the rest of it, where that is a list of its own."""

    title: str | Promise
    found: list[Found]
    all_url: str = ""


def search(viewer: User, held: Permissions, anywhere: Permissions, q: str) -> list[Kind]:
    """What contains `q`, or begins with it where it is short, by kind; pages and actions alone where `q` is too short to tell people by."""
    kinds = [_places(held, anywhere, q)]
    if len(q) >= SHORTEST:
        kinds += [_people(viewer, held, q), _organizations(viewer, q), _hubs(viewer, q)]
    return [kind for kind in kinds if kind.found]


def _places(held: Permissions, anywhere: Permissions, q: str) -> Kind:
    found = [
        Found(str(entry.title), "", entry.url, entry.icon) for entry in places(held, anywhere, q)
    ]
    return Kind(_("Pages"), found)


def _people(viewer: User, held: Permissions, q: str) -> Kind:
    if Permission.PEOPLE_READ not in held:
        return Kind(_("Members"), list(_members(viewer, q)))
    rows = KeysetPage(find_people(q=q), size=MOST).rows
    found = [_found(row, row.email, reverse("admincenter:person", args=[row.pk])) for row in rows]
    every = reverse("admincenter:people") + "?" + urlencode({"q": q})
    return Kind(_("People"), found, every)


def _members(viewer: User, q: str) -> Iterator[Found]:
    visible = _visible(viewer)
    seen = Membership.objects.of_any(visible).select_related("user", "organization")
    seen = seen.filter(members_named(q, visible)).order_by("user__email", "id")
    for row in _permitted(viewer, Permission.MEMBERS_READ, seen):
        page = reverse("admincenter:organization_members", args=[row.organization.slug])
        query = urlencode({"q": row.user.email})
        yield _found(row.user, f"{row.user.email} · {row.organization}", f"{page}?{query}")


def _organizations(viewer: User, q: str) -> Kind:
    rows = KeysetPage(find_organizations(viewer, q=q), size=MOST).rows
    found = [
        _found(row, row.slug, reverse("admincenter:organization", args=[row.slug])) for row in rows
    ]
    every = reverse("admincenter:organizations") + "?" + urlencode({"q": q})
    return Kind(_("Organizations"), found, every)


def _hubs(viewer: User, q: str) -> Kind:
    if can(viewer, Permission.HUBS_READ):
        hubs = Hub.objects.everywhere(reason="the viewer may read hubs on the whole platform")
        hubs = hubs.filter(hubs_named(q, most=MOST_SEARCHED))
    else:
        visible = _visible(viewer)
        hubs = Hub.objects.of_any(visible).filter(hubs_named(q, visible, most=MOST_SEARCHED))
    hubs = hubs.exclude(state=State.RETIRED)
    hubs = hubs.select_related("site", "room", "organization").order_by("serial", "id")
    found = [
        Found(
            str(hub),
            " · ".join(
                str(part) for part in (hub.serial, hub.room, hub.site, hub.organization) if part
            ),
            reverse("admincenter:hub", args=[hub.organization.slug, hub.pk]),
            "monitor",
        )
        for hub in _permitted(viewer, Permission.HUBS_READ, hubs)
    ]
    return Kind(_("Hubs"), found)


def _permitted(viewer: User, permission: Permission, rows: Any) -> Iterable[Any]:
    return islice((row for row in rows[:LOOKED_AT] if can(viewer, permission, row)), MOST)


def _visible(viewer: User) -> list[Any]:
    return list(visible_to(viewer).values_list("pk", flat=True)[:ORGANIZATIONS])


def _found(thing: User | Organization, detail: str, url: str) -> Found:
    title = str(thing)
    icon = "building-2" if isinstance(thing, Organization) else "circle-user"
    return Found(title, "" if detail == title else detail, url, icon)
