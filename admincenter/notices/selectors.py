"""The notices of one person: what they may know of, what of it is new to them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

from django.core.cache import cache
from django.utils.translation import get_language

from accounts.access.models import ServiceAccount
from accounts.access.scope import Scope
from accounts.access.selectors.bindings import live_bindings
from accounts.access.selectors.decisions import can
from accounts.models import User

from ..selectors.figures import all_shared
from .models import Read
from .sources import SOURCES, Notice, Source, Where

# Seconds. How things stand is asked anew so often, by whomever; the number beside the bell as often as it is asked for.
KEPT = 45
COUNT_KEPT = 90


# A service account reads them as people do, and has none marked as read.
Viewer = User | ServiceAccount


@dataclass(frozen=True)
class Shown:
    """A notice, and whether this person has read it."""

    notice: Notice
    is_read: bool


def notices_for(viewer: Viewer) -> list[Shown]:
    """All that needs somebody who may do what `viewer` may: new ones first, then by how much they matter."""
    found = {one.key: one for one in _found(viewer)}
    read = set(Read.objects.filter(user_id=viewer.pk, key__in=found).values_list("key", flat=True))
    shown = [
        Shown(one, one.key in read)
        for one in found.values()
        # Asked again: what is shared may be older than a right that was taken.
        if can(viewer, one.permission, Scope(one.organization_id))
    ]
    shown.sort(key=lambda one: (one.is_read, one.notice.level))
    cache.set(_key(viewer), sum(not one.is_read for one in shown), COUNT_KEPT)
    return shown


def known_count(viewer: Viewer) -> int | None:
    """The number of new notices, as it was found last; None where nobody looked lately. Asks no database."""
    known: int | None = cache.get(_key(viewer))
    return known


def count_new(viewer: Viewer) -> int:
    return sum(not one.is_read for one in notices_for(viewer))


def _found(viewer: Viewer) -> Iterator[Notice]:
    """What each source has for somebody who may see so much; who may see all of it shares one answer."""
    finders: dict[str, Callable[[], list[Notice]]] = {}
    for number, source in enumerate(SOURCES):
        where = _where(viewer, source)
        if where.everything or where.organizations:
            whose = "all" if where.everything and not where.organizations else str(viewer.pk)
            finders[f"notices:{number}:{whose}:{get_language()}"] = partial(source.find, where)
    return chain.from_iterable(all_shared(finders, KEPT).values())


def _where(viewer: Viewer, source: Source) -> Where:
    held = {
        binding.organization_id
        for binding in live_bindings(viewer)
        if binding.organization_id and source.permission in binding.permissions
    }
    places = (key for key in held if can(viewer, source.permission, Scope(key)))
    return Where(bool(can(viewer, source.permission)), organizations=tuple(sorted(places)))


def _key(viewer: Viewer) -> str:
    return f"admincenter:new-notices:{viewer.pk}"
