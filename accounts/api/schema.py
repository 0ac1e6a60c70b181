"""What the OpenAPI description cannot guess."""

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
