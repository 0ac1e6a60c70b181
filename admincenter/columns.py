"""Lists of comma- or semicolon-separated values, whose columns somebody has named in their own words."""

import csv
import io
from collections.abc import Mapping, Sequence

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from mago.core.errors import Refused

# So many may be chosen from: a page offers all of them for each field. No sheet that somebody keeps has more.
MOST_COLUMNS = 200
LONGEST_SAMPLE = 40


def reader(text: str) -> "csv.DictReader[str]":
    """The lines of a list, by the names in its first one."""
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    # What spreadsheets in half of Europe write.
    mark = ";" if first.count(";") > first.count(",") else ","
    return csv.DictReader(io.StringIO(text), delimiter=mark, strict=True)


def columns_of(text: str) -> list[str]:
    """The names in the first line of a list; Refused where it is none."""
    try:
        found = reader(text).fieldnames or ()
    except csv.Error:
        found = ()
    names = [name.strip() for name in found if name and name.strip()]
    if not names:
        raise no_list(_("The first line must name the columns."))
    if len(names) > MOST_COLUMNS:
        raise no_list(_("This is no list of comma-separated values."))
    return names


def choices_of(text: str) -> list[tuple[str, str]]:
    """The columns of a list to choose from, each with what the first line below the names says there, shortened."""
    names = columns_of(text)
    try:
        first = next(reader(text), {})
    except csv.Error:
        first = {}
    said = {name.strip(): value for name, value in first.items() if name and value}
    return [(name, _with_sample(name, said.get(name, ""))) for name in names]


def _with_sample(name: str, value: str) -> str:
    # Cut twice: a value may be as long as the whole list.
    plain = "".join(one if one.isprintable() else " " for one in value[: 4 * LONGEST_SAMPLE])
    sample = Truncator(" ".join(plain.split())).chars(LONGEST_SAMPLE)
    return (
        _("%(column)s, such as “%(value)s”") % {"column": name, "value": sample} if sample else name
    )


def guess(columns: Sequence[str], alike: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The column that is most likely meant for each field, by its name: one of those that are `alike`."""
    known = {name.casefold(): name for name in reversed(columns)}
    return {
        field: next((known[name] for name in names if name in known), "")
        for field, names in alike.items()
    }


def renamed(text: str, mapping: Mapping[str, str]) -> str:
    """The list with commas and with the names of the fields for those of its columns; Refused for what is no list.

    `mapping` says of each field which column holds it; one that no column holds is left out.
    """
    held = {field: column for field, column in mapping.items() if column}
    written = io.StringIO()
    into = csv.writer(written, lineterminator="\n")
    into.writerow(held)
    try:
        lines = reader(text)
        lines.fieldnames = [(name or "").strip() for name in lines.fieldnames or ()]
        into.writerows([row.get(column) or "" for column in held.values()] for row in lines)
    except csv.Error:
        raise no_list(_("This is no list of comma-separated values.")) from None
    return written.getvalue()


def no_list(message: str) -> Refused:
    return Refused(message, code="bad_list", fields={"file": [message]})
