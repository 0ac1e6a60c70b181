"""Reading a fleet as those do who look after it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.access.permissions import Permission
from accounts.access.selectors.decisions import Actor, can
from accounts.organizations.models import Organization, Site
from accounts.organizations.selectors import owned_for
from hubs.life.selectors import AWAITED, late_after, where_standing
from hubs.models import EnrolmentCode, Hub, ReconnectToken, Room, State
from hubs.operations.models import OPEN, Assignment, Group, Stage, Task
from hubs.operations.selectors import groups_of, tasks_of, where_stage
from hubs.selectors import codes_of, hubs_anywhere, hubs_of, organizations_of, rooms_of
from mago.audit import search as trail
from mago.audit.models import AuditEvent
from mago.audit.tags import Tag
from mago.core.errors import NotFound
from mago.core.trigrams import Within

from ..keyset import CREATED, Listing, Order
from ..searched import HUBS
from .people import MOST_SEARCHED, begins

_BY_NAME = {"name": Order(("name",))}


def hubs_that_match(
    viewer: Actor,
    organization: Organization,
    *,
    q: str = "",
    standing: str = "",
    state: str = "",
    site: Site | None = None,
    group: Group | None = None,
    tag: str = "",
    most: int | None = None,
) -> QuerySet[Hub]:
    """The hubs that somebody may see and to which all that is given applies; `q` stands in a serial number or a name,
    or begins one where it is short.

    Retired ones are among them only where they are asked for. `most`: as `Trigrams.containing` has it.
    """
    is_named = hubs_named(q, [organization.pk], most=most)
    found = _narrowed(hubs_of(viewer, organization), is_named, standing=standing, state=state)
    if site:
        found = found.filter(site=site)
    if group:
        found = found.filter(groups=group)
    if tag:
        found = found.filter(tags__name=tag.lower())
    return found


def hubs_named(q: str, organizations: Sequence[UUID] = (), *, most: int | None = None) -> Q:
    """Hubs, of these organizations if there are any, in whose serial number or name `q` stands, or which begins it."""
    if not q:
        return Q()
    if not HUBS.can_find(q):
        return begins("serial", q) | begins("name", q)
    within = Within("hubs_hub", "id", "organization_id", organizations) if organizations else None
    return HUBS.containing(q, most=most, within=within)


def _narrowed(hubs: QuerySet[Hub], is_named: Q, *, standing: str, state: str) -> QuerySet[Hub]:
    found = hubs.filter(is_named).select_related("presence")
    if standing:
        found = found.filter(where_standing(standing), state__in=AWAITED)
    return found.filter(state=state) if state else found.exclude(state=State.RETIRED)


def find_hubs_anywhere(
    viewer: Actor, *, q: str = "", standing: str = "", state: str = "", whole: bool = False
) -> Listing:
    """The hubs of all fleets that somebody may see, the newest first: identifiers sort by time.

    `whole`: however many have `q` in their names, and however long it takes.
    """
    if can(viewer, Permission.HUBS_READ):
        is_narrowed = bool(standing or state)
        is_named = hubs_named(q, most=None if whole or is_narrowed else MOST_SEARCHED)
    else:
        # Among their own alone: the newest of all could be others', and hide these.
        is_named = hubs_named(q, organizations_of(viewer))
    found = _narrowed(hubs_anywhere(viewer), is_named, standing=standing, state=state)
    return Listing((found.select_related("organization"),), key=("id",))


def find_hubs(
    viewer: Actor, organization: Organization, *, whole: bool = False, **filters: Any
) -> Listing:
    """As `hubs_that_match`, the newest first; `whole` as above."""
    # Whoever sees some of the sites only, or narrows the list further, would miss theirs among the newest of all.
    is_narrowed = any(value for name, value in filters.items() if name != "q")
    sees_all = can(viewer, Permission.HUBS_READ, organization) and not is_narrowed
    most = MOST_SEARCHED if sees_all and not whole else None
    found = hubs_that_match(viewer, organization, **filters, most=most).prefetch_related("tags")
    orders = CREATED | {"serial": Order(("serial", "id"))}
    return Listing((found,), key=("created_at", "id"), orders=orders)


def find_rooms(
    viewer: Actor, organization: Organization, *, q: str = "", site: Site | None = None
) -> Listing:
    """The rooms that somebody may see, by name; `q` stands in it. Each with `here`, how many hubs stand in it, and
    `online`, how many of these are heard."""
    found = rooms_of(viewer, organization)
    if q:
        found = found.filter(name__icontains=q)
    if site:
        found = found.filter(site=site)
    return Listing(
        (found,),
        key=("name", "id"),
        descending=False,
        orders={"name": Order(("name", "id"))} | CREATED,
        complete=_count_hubs,
    )


def find_groups(organization: Organization, *, q: str = "") -> Listing:
    """The organization's groups by name, in which `q` stands, each with the number of its hubs."""
    found = groups_of(organization)
    if q:
        found = found.filter(name__icontains=q)
    return Listing((found,), key=("name",), descending=False, orders=CREATED | _BY_NAME)


def _count_hubs(rooms: list[Room]) -> None:
    heard = Q(state__in=AWAITED, presence__seen_at__gte=timezone.now() - late_after())
    standing = Hub.objects.everywhere(reason="of rooms that were found for somebody")
    counted = (
        standing.filter(room__in=rooms)
        .exclude(state=State.RETIRED)
        .order_by()
        .values("room")
        .annotate(here=Count("pk"), online=Count("pk", heard))
    )
    of_room = {one["room"]: one for one in counted} if rooms else {}
    nothing = {"here": 0, "online": 0}
    for room in rooms:
        found = of_room.get(room.pk, nothing)
        room.here, room.online = found["here"], found["online"]  # type: ignore[attr-defined]


def room_for(viewer: Actor, organization: Organization, key: UUID) -> Room:
    """The room, if somebody may see it; NotFound otherwise."""
    room: Room = owned_for(viewer, Room, organization, key, Permission.HUBS_READ)
    return room


def code_for(viewer: Actor, organization: Organization, key: UUID) -> EnrolmentCode:
    """The code, used up or not, if somebody may see it; NotFound otherwise."""
    code: EnrolmentCode = owned_for(viewer, EnrolmentCode, organization, key, Permission.HUBS_READ)
    return code


def find_codes(viewer: Actor, organization: Organization, *, site: Site | None = None) -> Listing:
    """The codes that still let somebody in, at a site or anywhere, the newest first."""
    codes = codes_of(viewer, organization).select_related("created_by")
    if site:
        codes = codes.filter(site=site)
    return Listing((codes,), key=("created_at", "id"), orders=CREATED)


def tasks_seen_by(viewer: Actor, organization: Organization) -> QuerySet[Task]:
    """The tasks of all hubs, or those that went to a hub that somebody may see."""
    tasks = tasks_of(organization)
    if can(viewer, Permission.HUBS_READ, organization):
        return tasks
    mine = Assignment.objects.filter(
        task=OuterRef("pk"), hub__in=hubs_of(viewer, organization).order_by().values("pk")
    )
    return tasks.filter(Exists(mine))


def find_tasks(
    viewer: Actor, organization: Organization, *, kind: str = "", state: str = ""
) -> Listing:
    """Tasks, the newest first; `state` is open, failed or done."""
    tasks = tasks_seen_by(viewer, organization)
    if kind:
        tasks = tasks.filter(kind=kind)
    failed = where_stage(Stage.FAILED, Stage.EXPIRED)
    if state == "open":
        tasks = tasks.filter(where_stage(*OPEN))
    elif state == "failed":
        tasks = tasks.filter(failed)
    elif state == "done":
        tasks = tasks.exclude(where_stage(*OPEN)).exclude(failed)
    return Listing((tasks,), key=("created_at", "id"), orders=CREATED)


def task_seen_by(viewer: Actor, organization: Organization, key: UUID) -> Task:
    """One task, or NotFound."""
    task: Task | None = tasks_seen_by(viewer, organization).filter(pk=key).first()
    if task is None:
        raise NotFound
    task.organization = organization  # Known already: no further query.
    return task


def reconnect_tokens_of(hub: Hub, most: int) -> list[ReconnectToken]:
    """The newest tokens with which the hub comes back."""
    return list(ReconnectToken.objects.filter(hub=hub).order_by("-created_at", "-id")[:most])


def events_of_hub(hub: Hub, most: int) -> list[AuditEvent]:
    """The newest events about the hub."""
    return trail.find(target=hub).newest(most)


def last_failure_of(hub: Hub) -> AuditEvent | None:
    """Why the hub was refused last, with its true reason, which the hub itself was never told."""
    return next(iter(trail.find(tag=Tag.HUB_SIGN_IN_FAILED.value, target=hub).newest(1)), None)
