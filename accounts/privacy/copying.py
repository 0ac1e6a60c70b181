"""Everything that is held of a person, as one JSON document, written piece by piece."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from accounts.models import User
from mago.core.holdings import Holding

from .addresses import addresses_of
from .registry import elsewhere, holdings


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        return o.hex() if isinstance(o, bytes) else super().default(o)


def copy_of(person: User) -> Iterator[str]:
    """The document: `held` has a list for each table, with the names of docs/privacy.md; secrets are never in it."""
    addresses = addresses_of(person)
    yield '{"format":"mago-personal-data","version":1,'
    yield f'"installation":{_text(settings.MAGO_BASE_URL)},"person":{_text(str(person.pk))},'
    yield f'"made":{_text(timezone.now().isoformat())},"held":{{'
    between = ""
    for holding in holdings():
        yield from _list(f"{between}{_text(holding.model)}", rows_of(holding, person))
        between = ","
    for one in elsewhere():
        yield from _list(f"{between}{_text(one.name)}", one.rows(person, addresses))
        between = ","
    yield "}}\n"


def rows_of(holding: Holding, person: User) -> Iterable[dict[str, Any]]:
    found = apps.get_model(holding.model)._base_manager.filter(**{holding.by: person.pk})
    return found.order_by("pk").values(*holding.fields.split()).iterator()


def _list(name: str, rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield f"{name}:["
    for number, row in enumerate(rows):
        yield ("," if number else "") + _text(row)
    yield "]"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, cls=_Encoder)
