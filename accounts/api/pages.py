"""/api/v1/schema/ and /api/v1/docs/: the description of the API, for programs and for people.

The page is made on the server; there is no script on it.
"""

import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.encoding import force_bytes
from django.utils.translation import get_language, override
from django.views.decorators.http import require_safe
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access.guards import public
from mago.core.guards import PUBLIC

from .announcing import kind_of
from .described import whole

POLICY = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
LANGUAGES = frozenset(dict(settings.LANGUAGES))
METHODS = ("get", "post", "put", "patch", "delete")


class Schema(APIView):
    """The description of the API, for whoever builds on it; drf-spectacular comes into the process with the first."""

    access = PUBLIC
    # It does not describe itself.
    schema = None

    def get_renderers(self) -> list[Any]:
        return [one() for one in _renderers()]

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        renderer = request.accepted_renderer
        language = request.query_params.get("lang") or get_language()
        content = _written(renderer.format, language if language in LANGUAGES else "en")
        kind = f"{renderer.media_type}; charset=utf-8"
        name = f'inline; filename="mago-api.{renderer.format}"'
        return HttpResponse(content, content_type=kind, headers={"Content-Disposition": name})


@lru_cache(maxsize=4)
def description(language: str) -> dict[str, Any]:
    """The description in a language, for whoever changes nothing of it: making it takes a second."""
    with override(language):
        return whole()


def _renderers() -> list[Any]:
    """YAML and JSON, each under two names."""
    from drf_spectacular.views import SpectacularAPIView

    found: list[Any] = SpectacularAPIView.renderer_classes
    return found


# Of each format and language, as it takes another second, and anybody may ask for it.
@lru_cache(maxsize=16)
def _written(format: str, language: str) -> bytes:
    renderer = next(one for one in _renderers() if one.format == format)
    return force_bytes(renderer().render(description(language), renderer_context={}))


@public
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    headers = {"Content-Security-Policy": POLICY}
    return HttpResponse(_page(get_language() or "en"), headers=headers)


@lru_cache(maxsize=4)
def _page(language: str) -> str:
    """The same for everybody, so that it is made once a language."""
    schema = description(language)
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in sorted(schema["paths"].items()):
        for method in METHODS:
            if (operation := methods.get(method)) is not None:
                group = groups.setdefault(operation.get("tags", ["other"])[0], [])
                group.append(_operation(schema, path, method, operation))
    context = {
        "title": schema["info"]["title"],
        "version": schema["info"]["version"],
        "description": schema["info"].get("description", ""),
        "groups": [{"name": name, "operations": groups[name]} for name in sorted(groups)],
    }
    return render_to_string("accounts/api/docs.html", context)


def _operation(
    schema: dict[str, Any], path: str, method: str, operation: dict[str, Any]
) -> dict[str, Any]:
    body = operation.get("requestBody", {})
    bodies = _shapes(body)[:1]
    description = operation.get("description", "")
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": description if description != operation.get("summary") else "",
        "security": ", ".join(name for one in operation.get("security", ()) for name in one),
        "parameters": [
            {
                "name": one["name"],
                "in": one["in"],
                "required": one.get("required", False),
                "type": kind_of(one.get("schema", {})),
                "description": one.get("description", ""),
            }
            for one in operation.get("parameters", ())
        ],
        "fields": [field for shape in bodies for field in _fields(schema, shape)],
        "example": _example(body),
        "answers": [
            {
                "code": code,
                "example": _example(answer),
                "name": " ".join(kind_of(shape) for shape in _shapes(answer)),
                "fields": [f for shape in _shapes(answer) for f in _fields(schema, shape)],
            }
            for code, answer in operation["responses"].items()
            if str(code).startswith("2")
        ],
    }


def _example(part: dict[str, Any]) -> str:
    """The example of a body or an answer in JSON; "" for a file, and for nothing."""
    for kind, content in part.get("content", {}).items():
        if "json" in kind and isinstance(content.get("example"), dict):
            return json.dumps(content["example"], indent=2, ensure_ascii=False)
    return ""


def _shapes(part: dict[str, Any]) -> list[dict[str, Any]]:
    return [content.get("schema", {}) for content in part.get("content", {}).values()]


def _fields(schema: dict[str, Any], shape: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in shape:
        shape = schema["components"]["schemas"].get(kind_of(shape), {})
    required = shape.get("required", ())
    return [
        {
            "name": name,
            "type": kind_of(field),
            "required": name in required,
            "description": field.get("description", ""),
        }
        for name, field in shape.get("properties", {}).items()
    ]
