"""Answers that are files: described as such, as no shape can say what is in them."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse

from .described import extend_schema


def file_response(
    *kinds: str, summary: str, description: str, parameters: list[Any] | None = None
) -> Callable[[Any], Any]:
    """The method gives a file of one of these types, or of whatever type it is."""
    answers: dict[Any, Any] = {
        (200, kind): OpenApiResponse(OpenApiTypes.BINARY) for kind in kinds or ("*/*",)
    }
    more: dict[str, Any] = {"parameters": parameters} if parameters else {}
    decorate: Callable[[Any], Any] = extend_schema(
        summary=summary, description=description, responses=answers, **more
    )
    return decorate
