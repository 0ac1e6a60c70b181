"""What directories hold of a person: lines of what syncs did and could not do."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from mago.core.holdings import Elsewhere, Exempt, naming

from .models import SyncChange, SyncRun

HOLDINGS = ()
EXEMPT = (
    Exempt("directory.SyncRun", "asked_by confirmed_by", "An organization's; it names who asked."),
)
_TELLING = ("label", "subject", "why", "told")


def _nothing(person: Any, addresses: list[str]) -> Iterator[dict[str, Any]]:
    """What a directory says of somebody is the directory's to give; a line of a sync repeats it for a while."""
    yield from ()


def _forget(person: Any, addresses: list[str]) -> None:
    """Lines that name them are forgotten before their time, but for those of a sync that is under way."""
    for address in addresses:
        told = Q()
        for field in _TELLING:
            told |= naming(field, address)
        SyncChange.objects.filter(told, run__finished_at__isnull=False).delete()
        SyncRun.objects.filter(naming("detail", address)).update(detail="")


ELSEWHERE = (Elsewhere("directory.SyncChange", _nothing, _forget),)
