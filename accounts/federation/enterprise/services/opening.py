"""Whether people may come in by a provider at this moment."""

from django.utils.translation import gettext as _

from ..models import IdentityProvider
from ..selectors import is_open
from .refusals import Refused


def demand_open(provider: IdentityProvider) -> None:
    """Refused, unless people may come in by the provider now; also who was on the way when it was closed."""
    if not is_open(provider):
        words = _("Signing in with %(provider)s is switched off at the moment.")
        raise Refused(
            "provider_closed",
            words % {"provider": provider.name},
            f"The provider is {provider.state}, or enterprise sign-on is not on for the organization.",
        )
