"""Reading service accounts and their tokens as administrators of an organization do."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.access.models import RoleBinding, ServiceAccount
from accounts.access.selectors.bindings import unexpired
from accounts.organizations.models import Organization
from accounts.provider.models import ApiToken
from accounts.provider.selectors import api_tokens_of
from mago.core.errors import NotFound

from ..keyset import CREATED, Listing, Order
from ..searched import SERVICE_ACCOUNTS
from .people import begins

_EVERYBODYS = "the page of who looks after all organizations"
_TOKEN_ORDERS = CREATED | {"ends": Order(("expires_at", "id"))}


def find_service_accounts(organization: Organization, *, q: str = "", state: str = "") -> Listing:
    """Service accounts by name, with their roles, how many live tokens they have, and when one was used last."""
    found = ServiceAccount.objects.of(organization).prefetch_related(_roles())
    if q:
        can_find = SERVICE_ACCOUNTS.can_find(q)
        found = found.filter(SERVICE_ACCOUNTS.containing(q) if can_find else begins("name", q))
    if state:
        found = found.filter(is_active=state == "active")
    tokens = ApiToken.objects.filter(service_account=OuterRef("pk")).order_by()
    live = tokens.filter(_is_live(timezone.now()))
    counted = live.values("service_account").annotate(number=Count("pk")).values("number")
    used = tokens.exclude(last_used_at=None).order_by("-last_used_at").values("last_used_at")
    found = found.annotate(
        live_tokens=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        last_used_at=Subquery(used[:1]),
    )
    return Listing((found,), key=("name",), descending=False, orders={"name": Order(("name",))})


def account_for(organization: Organization, key: UUID) -> ServiceAccount:
    """One of them, or NotFound; for who may read service accounts."""
    found: ServiceAccount | None = (
        find_service_accounts(organization).queries[0].filter(pk=key).first()
    )
    if found is None:
        raise NotFound
    return found


def roles_held_by(account: ServiceAccount) -> list[RoleBinding]:
    """The live bindings of a service account."""
    return list(_bindings().filter(service_account=account))


def find_tokens(account: ServiceAccount, *, q: str = "", state: str = "") -> Listing:
    """The tokens of a service account, the newest first; `q` stands in their names."""
    found = api_tokens_of(account).select_related("created_by")
    if q:
        found = found.filter(name__icontains=q)
    if state:
        found = found.filter(_STATES[state](timezone.now()))
    return Listing((found,), key=("created_at", "id"), orders=_TOKEN_ORDERS)


def find_all_tokens(*, q: str = "", state: str = "", organization: str = "") -> Listing:
    """The API tokens of all organizations, the newest first; of one, by its short name; `q` stands in their names."""
    beside = ("service_account__organization", "created_by")
    found = ApiToken.objects.everywhere(reason=_EVERYBODYS).select_related(*beside)
    if q:
        found = found.filter(name__icontains=q)
    if state:
        found = found.filter(_STATES[state](timezone.now()))
    if organization:
        found = found.filter(service_account__organization__slug=organization)
    return Listing((found,), key=("created_at", "id"), orders=_TOKEN_ORDERS)


def token_anywhere(key: UUID) -> ApiToken:
    """One token of whatever organization, or NotFound."""
    tokens: QuerySet[ApiToken] = ApiToken.objects.everywhere(reason=_EVERYBODYS)
    token = tokens.select_related("service_account").filter(pk=key).first()
    if token is None:
        raise NotFound
    return token


def token_for(account: ServiceAccount, key: UUID) -> ApiToken:
    """One token of the account, or NotFound."""
    token = api_tokens_of(account).filter(pk=key).first()
    if token is None:
        raise NotFound
    token.service_account = account  # Known already: no further query.
    return token


def _roles() -> Any:
    return Prefetch("role_bindings", _bindings(), to_attr="roles_here")


def _bindings() -> QuerySet[RoleBinding]:
    held = RoleBinding.objects.filter(unexpired())
    return held.select_related("custom_role", "site", "condition").order_by("granted_at", "id")


def _is_live(now: datetime) -> Q:
    return Q(revoked_at=None, expires_at__gt=now)


_STATES: dict[str, Callable[[datetime], Q]] = {
    "live": _is_live,
    "ended": lambda now: Q(revoked_at=None, expires_at__lte=now),
    "revoked": lambda now: Q(revoked_at__isnull=False),
}
