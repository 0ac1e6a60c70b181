"""What the OpenAPI description cannot guess."""

from copy import copy
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from .authentication import READING, BearerAuthentication

_INSIDE = "organizations"


class ResourceSchema(AutoSchema):
    """Resources of an organization are grouped by what they are, and lists are called so."""

    def get_tags(self) -> list[str]:
        parts = [p for p in self.path.removeprefix("/api/v1/").split("/") if not p.startswith("{")]
        return parts[1:2] if parts[0] == _INSIDE and len(parts) > 1 else parts[:1]

    def get_operation_id(self) -> str:
        name = super().get_operation_id()
        verb: str = getattr(getattr(self.view, self.method.lower(), None), "verb", "")
        return name.removesuffix("_retrieve") + f"_{verb}" if verb else name

    def _get_request_body(self, direction: Any = "request") -> Any:
        """OpenAPI 3.1 knows of bodies with which something is removed; the base does not."""
        handler = getattr(self.view, self.method.lower(), None)
        if self.method != "DELETE" or not getattr(handler, "takes_body", False):
            return super()._get_request_body(direction)
        as_post = copy(self)
        as_post.method = "POST"
        return super(ResourceSchema, as_post)._get_request_body(direction)

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        """What a serializer says of its examples (`examples.py`) stands beside its fields."""
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        for name, value in getattr(serializer, "example", {}).items():
            field = schema["properties"].get(name)
            if field is not None:
                schema["properties"][name] = {**field, "examples": [value]}
        return schema


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = BearerAuthentication
    name = ["accessToken", "oauth2"]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[str]]]:
        scope = "api:read" if auto_schema.method in READING else "api"
        return [{"accessToken": []}, {"oauth2": [scope]}]

    def get_security_definition(self, auto_schema: object) -> Any:
        scopes = {
            "api:read": "See what the person, or the service account, may see",
            "api": "See and change what they may, but not who may do what",
        }
        token = {"tokenUrl": "/oauth/token", "scopes": scopes}
        return [
            {
                "type": "http",
                "scheme": "bearer",
                "description": "The `access_token` of a sign-in, or the token of a service account.",
            },
            {
                "type": "oauth2",
                "description": "An application that a person, or an organization, has let in.",
                "flows": {
                    "authorizationCode": {"authorizationUrl": "/oauth/authorize", **token},
                    "clientCredentials": token,
                },
            },
        ]


_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
# Whoever sends a token that is not good is told so, wherever it is.
_ANYWHERE = {
    "401": "The token is not good, or the person has to prove who they are.",
    "403": "Not allowed.",
}


def describe_refusals(
    result: dict[str, Any], generator: object, request: object, public: bool
) -> dict[str, Any]:
    """Every refusal is problem details, and those that may come anywhere are told everywhere; hubs have their own."""
    for path, operations in result["paths"].items():
        if path.startswith("/api/v1/hubs/"):
            continue
        for operation in operations.values():
            answers = operation["responses"]
            missing = {"404": "There is nothing here, or it is not yours to see."}
            for code, text in (_ANYWHERE | (missing if "{" in path else {})).items():
                answers.setdefault(code, {"description": text})
            for code, answer in answers.items():
                if code >= "400":
                    answer["content"] = _PROBLEM
    return result
