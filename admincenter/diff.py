"""What an event changed: its `before` and `after` side by side."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Change:
    """One thing as it was and as it is; "" where there was nothing."""

    name: str
    before: str
    after: str


def changes(detail: Any) -> list[Change]:
    """What differs between the `before` and the `after` of an event's detail, each named once.

    >>> changes({"before": {"name": "Ada", "language": "en"}, "after": {"name": "Ada L", "language": "en"}})
    [Change(name='name', before='Ada', after='Ada L')]
    """
    before, after = (_side(detail, side) for side in ("before", "after"))
    names = [*before, *(name for name in after if name not in before)]
    found = (
        Change(name, shown(before.get(name, "")), shown(after.get(name, ""))) for name in names
    )
    return [change for change in found if change.before != change.after]


def rest(detail: Any) -> list[tuple[str, str]]:
    """What else an event tells, as names and values; whatever stands there can be shown.

    >>> rest({"reason": "left", "count": 2, "before": {}, "after": {}})
    [('reason', 'left'), ('count', '2')]
    >>> rest([1])
    [('', '[1]')]
    """
    if not isinstance(detail, Mapping):
        return [("", shown(detail))] if detail else []
    kept = ("before", "after")
    return [
        (str(name), shown(value))
        for name, value in detail.items()
        if name not in kept or not isinstance(value, Mapping)
    ]


def shown(value: Any) -> str:
    """Text as it is, several texts in a row, as are names with their values, anything else as JSON; where the trail keeps
    the end of a line as ␊, it ends.

    >>> shown(["owner", "state"]), shown([1])
    ('owner, state', '[1]')
    >>> shown([{"name": "country", "value": "IT"}, {"name": "floor", "value": "2"}]), shown([])
    ('country=IT, floor=2', '')
    >>> shown("one␊two")
    'one\\ntwo'
    """
    if isinstance(value, list):
        texts = [_text(one) for one in value]
        if all(text is not None for text in texts):
            return ", ".join(filter(None, texts))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.replace("\N{SYMBOL FOR LINE FEED}", "\n")


def _text(item: Any) -> str | None:
    """An item of a list as text; None where it is neither that nor a name with its value."""
    if isinstance(item, Mapping) and item.keys() == {"name", "value"}:
        return f"{item['name']}={item['value']}"
    return item if isinstance(item, str) else None


def _side(detail: Any, side: str) -> Mapping[str, Any]:
    found = detail.get(side) if isinstance(detail, Mapping) else None
    return found if isinstance(found, Mapping) else {}
