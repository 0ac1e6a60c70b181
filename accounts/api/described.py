"""What endpoints say of themselves, kept until somebody asks for the description of the API.

drf-spectacular makes a class of each saying at once, and brings Django's test client to do so: a tenth of what a
process weighs, and few are ever asked.
"""

import importlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema as tell

Handler = TypeVar("Handler", bound=Callable[..., Any])

_kept: list[tuple[Callable[..., Any], dict[str, Any]]] = []
_telling = threading.Lock()


def extend_schema(**words: Any) -> Callable[[Handler], Handler]:
    """As drf-spectacular's own, for the last of a handler's decorators."""

    def keep(handler: Handler) -> Handler:
        _kept.append((handler, words))
        return handler

    return keep


def whole() -> dict[str, Any]:
    """The description of the API, in the language that is active; it takes a second to make."""
    from drf_spectacular.generators import SchemaGenerator

    # How callers prove who they are, which drf-spectacular finds once it is there.
    importlib.import_module("accounts.api.schema")
    with _telling:
        while _kept:
            handler, words = _kept.pop(0)
            tell(**words)(handler)
    made: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return made
