"""How a list becomes a file: an item of the job is a page of the list, which is written and names the next one.

So an export walks a million rows in the memory of one page; a worker that dies is followed by another, which goes on
behind the last page that was finished; and each page asks anew whether whoever wants it may have it.
"""

import json
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission
from accounts.access.selectors.decisions import can, can_within
from accounts.organizations.models import Organization
from mago.audit.exporting import Format
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.csv_text import csv_of
from mago.core.errors import Forbidden, Refused
from mago.jobs.models import Item, Job
from mago.jobs.services import Draft

from ..bulk.work import ActorsWork
from ..keyset import KeysetPage, Listing
from ..pages import Filters
from . import files

PAGE = 1000
MOST_ROWS = 1_000_000

Columns = Mapping[str, Callable[[Any], object]]


class Export(ActorsWork):
    """One list: what it takes to have it, its filters, how it is found, and what its file says of each row.

    `permission` is what the export takes, beside `reads`, which the list's page takes; `within`, somewhere inside is
    enough. `page` is the name of that page. The job's options hold `format` and `filters` as they were sent, and how
    far the file is: `rows`, `bytes` and, once it is done, `complete`; `cut` where there were more than MOST_ROWS.
    """

    kind: ClassVar[str]
    page: ClassVar[str]
    permission: ClassVar[Permission]
    reads: ClassVar[Permission]
    within: ClassVar[bool] = False
    columns: ClassVar[Columns]
    # What the list is narrowed by.
    form_class: ClassVar[type[Filters]] = Filters

    def form(self, sent: Mapping[str, str]) -> Filters:
        return self.form_class(sent)

    @abstractmethod
    def find(self, **chosen: Any) -> Listing: ...

    def prepare(self, rows: list[Any]) -> None:
        """What the columns need beside the rows' own is at hand after it."""

    @cached_property
    def organization(self) -> Organization | None:
        key = self.job.organization_id
        return Organization.objects.get(pk=key) if key else None

    def demand(self) -> None:
        """Forbidden, or NotSignedIn, unless whoever asked may have the list now."""
        decide = can_within if self.within else can
        for permission in (self.permission, self.reads):
            if not (decision := decide(self.actor, permission, self.organization)):
                raise Forbidden(decision.reason)

    def filters(self) -> Filters:
        """The filters that were sent; Refused, beside their names, where one is wrong or there is no such filter."""
        sent = self.job.options["filters"]
        form = self.form(sent)
        wrong = {name: [_("There is no such filter.")] for name in sent if name not in form.fields}
        if not form.is_valid():
            wrong |= {name: [str(word) for word in words] for name, words in form.errors.items()}
        if wrong:
            raise Refused(_("Nothing was exported: a filter is wrong."), fields=wrong)
        return form

    def do(self, item: Item) -> None:
        # Another instance: nothing that was read for the page before decides about this one.
        anew = type(self)(self.job)
        try:
            anew.demand()
            chosen = anew.filters().chosen
        except Refused:
            files.delete(self.job)
            raise
        anew.write(item, KeysetPage(anew.find(**chosen), item.subject, size=PAGE))

    def write(self, item: Item, found: KeysetPage) -> None:
        """The page stands in the file, and the job knows of it and of the page after it."""
        job, done = self.job, self.job.options
        self.prepare(found.rows)
        text = "".join(self._lines(found.rows, headed=not done["bytes"]))
        end = files.write(job, done["bytes"], text)
        rows = done["rows"] + len(found)
        following = found.next if rows < MOST_ROWS else None
        job.options = done | {"rows": rows, "bytes": end, "complete": following is None}
        if following is None:
            job.options["cut"] = found.next is not None
            self._record()
        else:
            draft = page_draft(rows, following)
            Item.objects.create(
                job=job, number=item.number + 1, label=draft.label, subject=draft.subject
            )
            job.total += 1
        Job.objects.filter(pk=job.pk).update(options=job.options, total=job.total)

    def _lines(self, rows: Iterable[Any], *, headed: bool) -> Iterator[str]:
        values = ([of(row) for of in self.columns.values()] for row in rows)
        if self.job.options["format"] == Format.CSV:
            head = [self.columns] if headed else []
            yield from csv_of([*head, *([_cell(value) for value in row] for row in values)])
        else:
            for row in values:
                members = dict(zip(self.columns, row, strict=True))
                yield json.dumps(members, ensure_ascii=False, cls=DjangoJSONEncoder) + "\n"

    def _record(self) -> None:
        told = self.job.options
        record(
            Tag.LIST_EXPORTED,
            actor=self.actor,
            target=self.job,
            organization_id=self.job.organization_id,
            list=self.kind,
            format=told["format"],
            filters=told["filters"],
            rows=told["rows"],
            cut=told["cut"],
        )


def page_draft(rows: int, cursor: str) -> Draft:
    """The item for the page at `cursor`, before which so many rows are written."""
    return Draft(_("From row %(number)s on") % {"number": rows + 1}, cursor)


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)
    return ", ".join(map(str, value)) if isinstance(value, list) else value
