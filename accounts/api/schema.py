"""What the OpenAPI description cannot guess."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView

from mago.core.guards import PUBLIC

from .authentication import BearerAuthentication


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = BearerAuthentication
    name = "accessToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "The `access_token` of a sign-in.",
        }


class Schema(SpectacularAPIView):
    """The description of the API, for whoever builds on it."""

    access = PUBLIC


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
