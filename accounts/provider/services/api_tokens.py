"""API tokens of service accounts: shown once, ending by themselves, revocable."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.models import ServiceAccount
from accounts.access.permissions import NAMES, Permission
from accounts.access.principals import forget
from accounts.access.selectors.bindings import live_bindings
from accounts.access.services import demand_permission, demand_to_bind
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Refused
from mago.core.ids import digest, new_secret

from ..models import ApiToken
from ..selectors import API_PREFIX

LIFETIME, LONGEST = timedelta(days=90), timedelta(days=366)
# "Last used" is for people to look at; minutes are fine enough.
NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_api_token(
    *,
    account: ServiceAccount,
    name: str,
    actor: User,
    lifetime: timedelta = LIFETIME,
    permissions: list[str] | None = None,
    read_only: bool = True,
) -> tuple[ApiToken, str]:
    """The account has a token that may use no more than `permissions` of what the account may (None: all of it).

    Gives the row and the secret, which is never to be had again. Forbidden for who could not grant the
    account's roles themselves: whoever holds a token holds what the account holds.
    """
    demand_permission(actor, Permission.SERVICE_ACCOUNTS_EDIT, account)
    for binding in live_bindings(account):
        demand_to_bind(actor, binding.permissions, binding.scope)
    if unknown := set(permissions or ()) - NAMES:
        message = _("There is no permission %(names)s.") % {"names": ", ".join(sorted(unknown))}
        raise Refused(message, fields={"permissions": [message]})
    if not timedelta(0) < lifetime <= LONGEST:
        message = _("A token lives for at most a year.")
        raise Refused(message, fields={"lifetime": [message]})
    secret = API_PREFIX + new_secret()
    token = ApiToken.objects.create(
        service_account=account,
        name=name,
        digest=digest(secret),
        permissions=permissions,
        read_only=read_only,
        created_by=actor,
        expires_at=timezone.now() + lifetime,
    )
    record(
        Tag.API_TOKEN_CREATED,
        actor=actor,
        target=account,
        organization_id=account.organization_id,
        name=name,
        read_only=read_only,
        permissions=permissions,
        expires_at=token.expires_at.isoformat(),
    )
    return token, secret


def note_use(token: ApiToken) -> None:
    """The list of tokens says when and from where this one was used last."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > NOTED_EVERY:
        used = {"last_used_at": now, "last_used_from": caller().address or None}
        token.service_account.api_tokens.filter(pk=token.pk).update(**used)
        token.last_used_at = now


@transaction.atomic
def revoke_api_token(*, token: ApiToken, actor: User, reason: str = "") -> None:
    """The token is refused from the next request on."""
    account = token.service_account
    demand_permission(actor, Permission.SERVICE_ACCOUNTS_EDIT, account)
    if account.api_tokens.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        forget()
        record(
            Tag.API_TOKEN_REVOKED,
            actor=actor,
            target=account,
            organization_id=account.organization_id,
            name=token.name,
            reason=reason,
        )
