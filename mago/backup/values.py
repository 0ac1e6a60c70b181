"""Values of columns as JSON, and back into whichever database it is.

A column has a kind, which the backup names: so a file can be read by a later version of the code, and
what SQLite wrote can be loaded into PostgreSQL. Sealed values stay sealed: they are text like any other.
"""

import base64
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

_KINDS = {
    "UUIDField": "uuid",
    "DateTimeField": "moment",
    "DateField": "date",
    "TimeField": "time",
    "BooleanField": "boolean",
    "BinaryField": "bytes",
    "JSONField": "json",
    "DecimalField": "decimal",
    "DurationField": "duration",
}


def kind_of(field: Any) -> str:
    """The kind of a model's column; that of its target for a foreign key."""
    while field.remote_field is not None:
        field = field.target_field
    return _KINDS.get(field.get_internal_type(), "plain")


def to_json(value: Any, kind: str) -> Any:
    """As the driver gave it → as JSON has it."""
    return None if value is None else _TO_JSON[kind](value)


def from_json(value: Any, kind: str, vendor: str) -> Any:
    """As JSON has it → as the driver takes it, in the spelling in which Django finds it again."""
    if value is None:
        return None
    convert = (_TO_SQLITE if vendor == "sqlite" else _TO_POSTGRESQL).get(kind)
    return convert(value) if convert else value


def _moment(value: Any) -> str:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _naive(value: str) -> str:
    return str(datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None))


_MICROSECOND = timedelta(microseconds=1)
_Convert = Callable[[Any], Any]
_TO_JSON: dict[str, _Convert] = {
    "uuid": lambda value: str(value if isinstance(value, UUID) else UUID(value)),
    "moment": _moment,
    "date": str,
    "time": str,
    "boolean": bool,
    "bytes": lambda value: base64.b64encode(bytes(value)).decode(),
    "json": lambda value: json.loads(value) if isinstance(value, str | bytes) else value,
    "decimal": str,
    "duration": lambda value: value // _MICROSECOND if isinstance(value, timedelta) else value,
    # What JSON has no word for, such as an address, is text.
    "plain": lambda value: value if isinstance(value, int | float | str) else str(value),
}
_TO_SQLITE: dict[str, _Convert] = {
    "uuid": lambda value: UUID(value).hex,
    "moment": _naive,
    "bytes": base64.b64decode,
    "json": json.dumps,
}
_TO_POSTGRESQL: dict[str, _Convert] = {
    "uuid": UUID,
    "moment": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "bytes": base64.b64decode,
    "json": json.dumps,
    "decimal": Decimal,
    "duration": lambda value: timedelta(microseconds=value),
}
