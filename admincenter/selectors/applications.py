"""Reading applications as administrators of an organization, or of the platform, do."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.organizations.models import Organization
from accounts.provider.models import Application, ClientSecret, TokenFamily
from accounts.provider.selectors import applications_of

from ..keyset import Listing, Order
from ..searched import APPLICATIONS
from .people import begins


def find_applications(
    organization: Organization | None, *, q: str = "", state: str = ""
) -> Listing:
    """Applications by name, of an organization or the platform's own, with the number of live sign-ins of each."""
    found: Any = applications_of(organization)
    if q:
        is_found = APPLICATIONS.containing(q) if APPLICATIONS.can_find(q) else begins("name", q)
        found = found.filter(is_found)
    if state:
        found = found.filter(is_active=state == "active")
    live = TokenFamily.objects.filter(
        application=OuterRef("pk"), revoked_at=None, expires_at__gt=timezone.now()
    ).order_by()
    counted = live.values("application").annotate(number=Count("pk")).values("number")
    found = found.annotate(sign_ins=Coalesce(Subquery(counted, output_field=IntegerField()), 0))
    return Listing(
        (found,), key=("name", "id"), descending=False, orders={"name": Order(("name", "id"))}
    )


def secrets_of(application: Application) -> QuerySet[ClientSecret]:
    """The live secrets of an application, at most two."""
    return application.secrets.select_related("created_by").order_by("created_at", "slot")
