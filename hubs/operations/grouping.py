"""Hubs are put into groups, and given tags."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission
from accounts.access.services import demand_permission, demand_to_decide
from accounts.models import User
from accounts.organizations.models import Organization
from mago.audit.cleaning import ITEM_LIMIT as TOLD
from mago.audit.services import record
from mago.audit.tags import Tag as Event
from mago.core.errors import Refused
from mago.core.forms import unusable

from ..models import Hub
from ..services.locking import locked
from .models import LONGEST_TAG, Group, Membership, Tag

MOST_TAGS = 20
MOST_GROUPS = 200


@transaction.atomic
def create_group(*, organization: Organization, name: str, actor: User) -> Group:
    """There is a group of that name, with no hubs in it."""
    demand_permission(actor, Permission.HUBS_EDIT, organization)
    if Group.objects.of(organization).count() >= MOST_GROUPS:
        raise Refused(_("An organization has at most %(most)s groups.") % {"most": MOST_GROUPS})
    group = Group(organization=organization, name=name)
    _save(group)
    record(Event.HUB_GROUP_CREATED, actor=actor, target=group, organization_id=organization.pk)
    return group


@transaction.atomic
def rename_group(*, group: Group, name: str, actor: User) -> None:
    demand_permission(actor, Permission.HUBS_EDIT, group)
    before, group.name = group.name, name
    _save(group)
    record(
        Event.HUB_GROUP_EDITED,
        actor=actor,
        target=group,
        organization_id=group.organization_id,
        before={"name": before},
        after={"name": name},
    )


@transaction.atomic
def remove_group(*, group: Group, actor: User) -> None:
    """The group is gone; its hubs stay, and so do the tasks that it was given."""
    demand_permission(actor, Permission.HUBS_EDIT, group)
    held = Hub.objects.of(group.organization_id)
    held = held.filter(pk__in=Membership.objects.filter(group=group).values("hub"))
    record(
        Event.HUB_GROUP_REMOVED,
        actor=actor,
        target=group,
        organization_id=group.organization_id,
        number=held.count(),
        hubs=[str(hub) for hub in held.order_by("pk")[:TOLD]],
    )
    group.delete()


@transaction.atomic
def add_to_group(*, group: Group, hubs: Sequence[Hub], actor: User) -> int:
    """The hubs are in the group; how many of them were not before."""
    return _change(group, hubs, actor, add=True)


@transaction.atomic
def take_from_group(*, group: Group, hubs: Sequence[Hub], actor: User) -> int:
    """The hubs are not in the group; how many of them were before."""
    return _change(group, hubs, actor, add=False)


def _change(group: Group, hubs: Sequence[Hub], actor: User, *, add: bool) -> int:
    for hub in hubs:
        if hub.organization_id != group.organization_id:
            raise Refused(_("This belongs to another organization."), code="wrong_place")
        demand_permission(actor, Permission.HUBS_EDIT, hub)
    keys = {hub.pk for hub in hubs}
    held = Membership.objects.filter(group=group, hub__in=keys)
    there = set(held.values_list("hub", flat=True))
    changed = keys - there if add else there
    if not changed:
        return 0
    if add:
        Membership.objects.bulk_create(
            (Membership(group=group, hub_id=key) for key in sorted(changed)), ignore_conflicts=True
        )
    else:
        held.delete()
    names = sorted(str(hub) for hub in hubs if hub.pk in changed)
    record(
        Event.HUB_GROUP_EDITED,
        actor=actor,
        target=group,
        organization_id=group.organization_id,
        added=names if add else [],
        removed=[] if add else names,
    )
    return len(changed)


@transaction.atomic
def set_tags(*, hub: Hub, tags: Sequence[str], actor: User) -> None:
    """The hub has exactly these tags; written in small letters, without blanks at the ends.

    Of a tag for which a condition asks, only those decide who may change conditions.
    """
    demand_permission(actor, Permission.HUBS_EDIT, hub)
    hub = locked(hub)
    wanted = {tag.strip().lower() for tag in tags} - {""}
    if len(wanted) > MOST_TAGS or any(len(tag) > LONGEST_TAG or unusable(tag) for tag in wanted):
        words = _("A hub has at most %(most)s tags of at most %(longest)s characters.")
        message = words % {"most": MOST_TAGS, "longest": LONGEST_TAG}
        raise Refused(message, fields={"tags": [message]})
    held = Tag.objects.filter(hub=hub)
    before = set(held.values_list("name", flat=True))
    if wanted == before:
        return
    demand_to_decide(actor, hub.organization_id, {"hub.tag": wanted ^ before})
    held.filter(name__in=before - wanted).delete()
    Tag.objects.bulk_create(Tag(hub=hub, name=name) for name in sorted(wanted - before))
    record(
        Event.HUB_EDITED,
        actor=actor,
        target=hub,
        organization_id=hub.organization_id,
        before={"tags": sorted(before)},
        after={"tags": sorted(wanted)},
    )


def _save(group: Group) -> None:
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError:
        message = _("This name is taken.")
        raise Refused(message, code="name_taken", fields={"name": [message]}) from None
