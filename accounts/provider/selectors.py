"""Who a token speaks for."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.access.models import ServiceAccount
from accounts.access.permissions import Permission
from accounts.access.selectors.decisions import can
from accounts.models import User
from accounts.organizations.models import Organization
from mago.core.errors import NotFound
from mago.core.ids import digest

from . import exchange
from .models import (
    AccessToken,
    ApiToken,
    Application,
    ClientToken,
    Consent,
    RefreshToken,
    TokenFamily,
)
from .validity import is_valid

ACCESS_PREFIX = "mago_at_"
API_PREFIX = "mago_api_"
CLIENT_PREFIX = "mago_ct_"


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
    if found is None:
        return None
    if found.family.application_id is not None:
        # Apart, as most tokens are of our own apps and the join would cost each of them.
        found.family.application = application_by_id(str(found.family.application_id))
        if found.family.application is None:
            return None
    return found if is_valid(found.family, now) else None


def makers_of(account: ServiceAccount) -> QuerySet[User]:
    """The people who can act as the account: who made it, a live token of it, an application that acts as it or
    one of that application's secrets, who gave that application its keys, or had it act as the account.

    All others are out: with a secret, with the keys and with the account go the tokens that were had by them. But for
    one that was being given in the very moment in which its secret or key was taken away: it may live its ten minutes.
    """
    tokens = account.api_tokens.filter(revoked_at=None, expires_at__gt=timezone.now())
    applications = Application.objects.of(account.organization_id).filter(service_account=account)
    return User.objects.filter(
        Q(pk=account.created_by_id)
        | Q(pk__in=tokens.values("created_by"))
        | Q(pk__in=applications.values("created_by"))
        | Q(pk__in=applications.values("pointed_by"))
        | Q(pk__in=applications.values("keyed_by"))
        | Q(pk__in=applications.values("secrets__created_by"))
    )


def api_token_of(token: str) -> ApiToken | None:
    """The live API token, with its account, or None."""
    if not token.startswith(API_PREFIX):
        return None
    now = timezone.now()
    tokens: QuerySet[ApiToken] = ApiToken.objects.everywhere(reason="its secret says whose it is")
    live = tokens.select_related("service_account").filter(
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


def family_by_id(user: User, key: UUID) -> TokenFamily:
    """One of them, with its application, or NotFound."""
    found = families_of(user).select_related("application").filter(pk=key).first()
    if found is None:
        raise NotFound
    return found


def api_tokens_of(account: ServiceAccount) -> QuerySet[ApiToken]:
    """The tokens of a service account, the newest first, also those that have ended."""
    found: QuerySet[ApiToken] = ApiToken.objects.of(account)
    return found.order_by("-created_at", "-id")


def client_token_of(token: str) -> ClientToken | None:
    """The live token of an application for itself at our API, with its service account, or None."""
    if not token.startswith(CLIENT_PREFIX):
        return None
    found = _live_client_token(token)
    account = found.application.service_account if found else None
    return found if account is not None and account.is_active else None


def _live_client_token(token: str) -> ClientToken | None:
    related = ("application__organization", "application__service_account")
    live = ClientToken.objects.select_related(*related)
    found = live.filter(digest=digest(token), expires_at__gt=timezone.now()).first()
    return found if found is not None and found.application.is_open else None


def issued_to(
    application: Application, token: str
) -> AccessToken | RefreshToken | ClientToken | None:
    """The live token, of whatever kind, that was given to this application; None for another's (RFC 7009, RFC 7662)."""
    now, found = timezone.now(), None
    for kind in (AccessToken, RefreshToken):
        rows: Any = kind.objects.select_related("family__user")
        found = rows.filter(
            digest=digest(token), family__application=application, expires_at__gt=now
        ).first()
        if found is not None:
            found.family.application = application  # Known already: no further query.
            return found if is_valid(found.family, now) else None
    own = _live_client_token(token)
    return own if own is not None and own.application_id == application.pk else None


def application_by_id(client_id: str) -> Application | None:
    """The application of that client_id, if it works; None for anything else."""
    try:
        key = UUID(client_id)
    except ValueError:
        return None
    if str(key) != client_id:
        return None
    found = exchange.application_by_id(key)
    return found if found is not None and found.is_open else None


def proved_by_secret(client_id: str, secret: str) -> Application | None:
    """The application of that client_id whose secret this is; None for anything else. One read."""
    found = exchange.application_by_secret(digest(secret))
    if found is None or found.client_id != client_id:
        return None
    return found if found.is_open else None


def applications_of(organization: Organization | None) -> QuerySet[Application]:
    """The applications of an organization; of none, the platform's own."""
    every = Application.objects
    found = every.of(organization) if organization else every.of_platform()
    return found.order_by("name", "id")  # type: ignore[no-any-return]


def application_for(
    actor: User | ServiceAccount, organization: Organization | None, key: UUID
) -> Application:
    """One of them; NotFound where it is none of these, or not for `actor` to see."""
    row = applications_of(organization).filter(pk=key).first()
    if row is None or not can(actor, Permission.APPLICATIONS_READ, row):
        raise NotFound
    return row


def may_act_as(organization: Organization | None) -> QuerySet[ServiceAccount]:
    """As whom an organization's applications can act by themselves; the platform has no service accounts."""
    every = ServiceAccount.objects
    found = every.of(organization) if organization else every.of_platform()
    return found.filter(is_active=True).order_by("name")  # type: ignore[no-any-return]


def has_consented(
    user: User, application: Application, scopes: Iterable[str], resource: str = ""
) -> bool:
    """Whether the person has let the application have all of that."""
    found = Consent.objects.filter(user=user, application=application, resource=resource).first()
    return found is not None and set(scopes) <= set(found.scope.split())


def consents_of(user: User) -> QuerySet[Consent]:
    """What a person has let applications have, the newest first."""
    mine = Consent.objects.select_related("application__organization").filter(user=user)
    return mine.order_by("-granted_at", "id")


def programs_of(user: User) -> QuerySet[TokenFamily]:
    """The programs of our own in which a person is signed in, the one used last first."""
    return families_of(user).filter(application=None)


def devices_of(user: User) -> QuerySet[TokenFamily]:
    """The sign-ins of applications on devices of their own, which hang on no browser; the one used last first."""
    theirs = families_of(user).select_related("application__organization")
    return theirs.filter(application__isnull=False, session_id=None)
