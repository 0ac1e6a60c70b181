"""How a verb is described for OpenAPI."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from ..described import extend_schema
from ..serializers import ProblemSerializer

Shape = type[serializers.Serializer[Any]]
Handler = Callable[..., HttpResponseBase]


def problems(*codes: int) -> dict[Any, Any]:
    return {
        (code, "application/problem+json"): OpenApiResponse(ProblemSerializer) for code in codes
    }


def described(
    handler: Handler,
    method: Callable[..., Any] | None,
    summary: str,
    description: str,
    **schema: Any,
) -> Handler:
    handler.__doc__ = method.__doc__ if method else ""
    return extend_schema(summary=summary, description=description or summary, **schema)(handler)
