"""What administrators set of a provider; each of it is recorded, and no secret in it."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Refused

from ..fetching import is_usable
from ..models import Kind, SocialProvider
from ..providers import CLASSES
from ..providers.microsoft import MANY, is_tenant

# Whatever of these is changed sends the secret to somebody else, or presents it as somebody else's.
_BOUND_TO_SECRET = ("issuer", "tenant", "client_id", "team_id", "key_id")


@transaction.atomic
def configure(
    *, kind: str, client_id: str, secret: str = "", actor: User, **values: Any
) -> SocialProvider:
    """The provider is as `values` say, those that its kind asks for; a new one stays off until it is enabled.

    Without a secret the present one stays; where the issuer, the tenant or the client is another one,
    it is demanded anew: else an intruder could have it sent to a place of theirs. Refused beside the
    field that is wrong; Conflict for one that the environment sets.
    """
    _demand_ours(kind)
    row = SocialProvider.objects.select_for_update().filter(kind=kind).first()
    before = None if row is None else _facts(row)
    row = row or SocialProvider(kind=kind)
    row.client_id = client_id
    for field in CLASSES[kind].asks_for:
        setattr(row, field, values[field])
    _check(row)
    after = _facts(row)
    bound = ((before or {}).get(field) != after.get(field) for field in _BOUND_TO_SECRET)
    if not secret and any(bound):
        words = _("Give the secret again: it goes to whom you name here, or for whom.")
        raise _refused("secret", words)
    if secret:
        row.secret = _usable_secret(kind, secret)
    row.save()
    record(
        Tag.SIGN_IN_PROVIDER_CHANGED,
        actor=actor,
        target=row,
        before=before,
        after=after,
        renewed=bool(secret),
    )
    return row


@transaction.atomic
def switch(*, kind: str, on: bool, actor: User) -> None:
    """People may, or may no longer, sign in by the provider; also who is on the way there."""
    _demand_ours(kind)
    row = SocialProvider.objects.select_for_update().filter(kind=kind).first()
    if row is None:
        raise Conflict(_("Set the provider up first."), code="not_configured")
    if row.is_enabled == on:
        return
    row.is_enabled = on
    row.save(update_fields=["is_enabled"])
    tag = Tag.SIGN_IN_PROVIDER_ENABLED if on else Tag.SIGN_IN_PROVIDER_DISABLED
    record(tag, actor=actor, target=row)


def _demand_ours(kind: str) -> None:
    if kind in settings.SIGN_IN_PROVIDERS:
        words = _("The environment of the server sets this provider; change it there.")
        raise Conflict(words, code="set_by_environment")


def _check(row: SocialProvider) -> None:
    if row.kind == Kind.OIDC and (not is_usable(row.issuer) or "?" in row.issuer):
        raise _refused("issuer", _("Give an address of https, as the provider writes it."))
    if row.kind == Kind.MICROSOFT:
        row.tenant = row.tenant.lower()
        if row.tenant not in MANY and not is_tenant(row.tenant):
            words = _("Give the directory (tenant) ID, or common, organizations or consumers.")
            raise _refused("tenant", words)
        if row.trusts_email and row.tenant in MANY:
            words = _("Anybody can have a tenant with any address in it: only for one of yours.")
            raise _refused("trusts_email", words)


def _usable_secret(kind: str, secret: str) -> str:
    if kind != Kind.APPLE:
        return secret
    secret = secret.replace("\r\n", "\n").strip() + "\n"
    # Here, as only Apple's key is read: what reads keys takes 0.3 MB.
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(secret.encode(), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise _refused("secret", _("Give the content of the .p8 file from Apple, all lines of it."))
    return secret


def _refused(field: str, words: str) -> Refused:
    return Refused(words, code="invalid", fields={field: [words]})


def _facts(row: SocialProvider) -> dict[str, Any]:
    fields = ("client_id", *CLASSES[row.kind].asks_for)
    return {field: getattr(row, field) for field in fields}
