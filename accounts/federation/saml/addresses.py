"""Our addresses, as providers are told them and as messages must name them, exactly."""

from django.conf import settings
from django.urls import reverse

from accounts.organizations.models import Organization


def entity_id(organization: Organization) -> str:
    return _address("metadata", organization)


def acs_url(organization: Organization) -> str:
    return _address("acs", organization)


def logout_url(organization: Organization) -> str:
    return _address("logout", organization)


def _address(name: str, organization: Organization) -> str:
    path = reverse(f"saml:{name}", args=[organization.slug])
    return f"{settings.MAGO_BASE_URL}{path}"
