"""What would leave hubs outside stops the start."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from mago.core.checks import INSTALLATION

from .binding import end_point_of


@register(INSTALLATION)
def certificates_can_be_bound_to(app_configs: Any, **kwargs: Any) -> list[Error]:
    errors = []
    for path in settings.HUB_CERTIFICATES:
        try:
            end_point_of(path)
        except (OSError, ValueError) as error:
            hint = "Name a PEM file whose certificate is signed with RSA or ECDSA."
            errors.append(Error(f"MAGO_HUB_CERTIFICATES: {error}", hint=hint, id="hubs.E001"))
    return errors
