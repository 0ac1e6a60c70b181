"""What background jobs hold of a person: what they asked for, and others' jobs and lines of them that name them."""

from collections.abc import Iterator
from typing import Any

from mago.core.holdings import Elsewhere, naming

from .models import Item, Job

HOLDINGS = ()
EXEMPT = ()


def _asked(person: Any, addresses: list[str]) -> Iterator[dict[str, Any]]:
    found = Job.objects.filter(actor_id=person.pk)
    for row in found.values("id", "kind", "state", "total", "created_at", "finished_at").iterator():
        yield dict(row)


def _forget(person: Any, addresses: list[str]) -> None:
    Job.objects.filter(actor_id=person.pk).delete()
    for address in addresses:
        Job.objects.filter(naming("options__filters__q", address)).delete()
        Item.objects.filter(naming("label", address)).delete()


ELSEWHERE = (Elsewhere("jobs.Job", _asked, _forget),)
