"""What a job can be about. The kinds are named in the setting BULK_WORK, as the work itself lies in layers above."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from mago.core.errors import NotFound, Refused

from .models import Item, Job


class Work(ABC):
    """How one item of a kind is done. An instance is made for each run of a job, and may keep what it has read."""

    title: ClassVar[str | Promise]
    # What whoever looks at the draft should know besides; nothing, where the title says it.
    warning: ClassVar[str | Promise] = ""
    # How many are done at once, by `do_all`; none is done at once with others otherwise.
    together: ClassVar[int] = 1
    # The kind that takes back what this one does, where there is one.
    undone_by: ClassVar[str] = ""

    def __init__(self, job: Job) -> None:
        self.job = job

    def way_back(self) -> str:
        """The address of the list that it is about, if there is one."""
        return ""

    @abstractmethod
    def do(self, item: Item) -> None:
        """The item is done, in the transaction of the caller; Refused, saying why, where it cannot or may not be."""

    def do_all(self, items: Sequence[Item]) -> dict[Item, Refused]:
        """As `do`, for some at once, and with what was refused; where all of that is refused, each is done by itself.

        For kinds that come in thousands and can be done in fewer statements than that.
        """
        raise NotImplementedError

    def subject_to_undo(self, item: Item) -> Any:
        """What the kind that takes this back is told of the item; it is the same thing unless said otherwise."""
        return item.subject


def work_for(job: Job) -> Work:
    return work_class(job.kind)(job)


@cache
def work_class(kind: str) -> type[Work]:
    """NotFound for a kind that this version does not know."""
    path = settings.BULK_WORK.get(kind)
    if path is None:
        raise NotFound
    found: type[Work] = import_string(path)
    return found
