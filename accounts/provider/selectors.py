"""Who a token speaks for."""

from django.db.models import QuerySet
from django.utils import timezone

from accounts.access.models import ServiceAccount
from accounts.models import User
from mago.core.ids import digest

from .models import AccessToken, ApiToken, TokenFamily
from .validity import is_valid

ACCESS_PREFIX = "mago_at_"
API_PREFIX = "mago_api_"


def bearer_of(token: str) -> AccessToken | None:
    """The live access token, with its family and person, or None.

    One read, and one of what policies demand at this moment; revocation is in it, so it works at once.
    """
    if not token.startswith(ACCESS_PREFIX):
        return None
    now = timezone.now()
    found = (
        AccessToken.objects.select_related("family__user")
        .filter(digest=digest(token), expires_at__gt=now)
        .first()
    )
    return found if found is not None and is_valid(found.family, now) else None


def api_token_of(token: str) -> ApiToken | None:
    """The live API token, with its account, or None."""
    if not token.startswith(API_PREFIX):
        return None
    now = timezone.now()
    live = ApiToken.objects.select_related("service_account").filter(
        digest=digest(token),
        expires_at__gt=now,
        revoked_at=None,
        service_account__is_active=True,
        service_account__organization__is_active=True,
    )
    return live.first()


def families_of(user: User) -> QuerySet[TokenFamily]:
    """The programs in which a person is signed in, the one used last first."""
    live = TokenFamily.objects.filter(
        user=user,
        revoked_at=None,
        expires_at__gt=timezone.now(),
        created_at__gte=user.signed_out_at,
    )
    return live.order_by("-last_used_at")


def api_tokens_of(account: ServiceAccount) -> QuerySet[ApiToken]:
    """The tokens of a service account, the newest first, also those that have ended."""
    return ApiToken.objects.filter(service_account=account).order_by("-created_at", "-id")
