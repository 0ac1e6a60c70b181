"""A browser goes to an organization's OpenID provider and comes back once; the provider tells of logouts."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.federation import limits
from accounts.federation.discovery import describe
from accounts.federation.enterprise.asserted import Asserted
from accounts.federation.enterprise.models import IdentityProvider, SetupTrial
from accounts.federation.enterprise.services import (
    Refused,
    demand_open,
    demand_to_edit,
    end_session_index,
    end_sessions_of,
    touch,
)
from accounts.federation.enterprise.services.configuration import locked
from accounts.federation.fetching import is_usable
from accounts.federation.protocol import (
    FRESH,
    LEEWAY,
    authorization_url,
    exchange,
    read_logout_token,
    read_token,
    userinfo,
)
from accounts.federation.providers import Step, Unproved
from accounts.federation.services.attempts import LIFETIME, AttemptSpent, check_issuer
from accounts.models import User
from mago.core import errors
from mago.core.context import caller
from mago.core.http import network_of
from mago.core.ids import digest, new_secret

from .client import Client, asserted_by, client_of, demand_acr, tells_all
from .models import HeardLogout, OpenIdAttempt, OpenIdSettings

# Whatever of these is changed sends the secret to somebody else, or presents it as somebody else's.
_BOUND_TO_SECRET = ("issuer", "client_id")
_SET = ("issuer", "client_id", "scopes", "acr_values")


@transaction.atomic
def configure(
    *, provider: IdentityProvider, actor: User | None, secret: str = "", **values: str
) -> None:
    """The provider is reached as `values` say: issuer, client_id, scopes, acr_values.

    Without a secret the present one stays; where the issuer or the client is another one, it is demanded
    anew: else an intruder could have it sent to a place of theirs. Refused beside the field that is wrong.
    """
    provider = locked(provider)
    demand_to_edit(provider, actor)
    row = OpenIdSettings.objects.filter(provider=provider).first()
    before = {name: getattr(row, name) for name in _SET} if row else {}
    row = row or OpenIdSettings(provider=provider)
    for name in _SET:
        setattr(row, name, values.get(name, getattr(row, name)).strip())
    after = {name: getattr(row, name) for name in _SET}
    if not is_usable(row.issuer) or "?" in row.issuer:
        raise _beside("issuer", _("Give an address of https, as the provider writes it."))
    if "openid" not in row.scopes.split():
        raise _beside("scopes", _("The scope openid must be among them."))
    if not secret and any(before.get(name) != after[name] for name in _BOUND_TO_SECRET):
        words = _("Give the secret again: it goes to whom you name here, or for whom.")
        raise _beside("secret", words)
    row.secret = secret or row.secret
    row.save()
    touch(provider, actor=actor, before=before, after=after, renewed=bool(secret))


def _beside(field: str, words: str) -> errors.Refused:
    return errors.Refused(words, code="invalid", fields={field: [words]})


def begin(
    *,
    provider: IdentityProvider,
    browser: str,
    trial: SetupTrial | None = None,
    next_url: str = "",
    email: str = "",
) -> str:
    """The address at the provider to which the browser goes now; one return of it is expected. Refused."""
    limits.BEGIN_NETWORK.take(network_of(caller().address))
    if trial is None:
        demand_open(provider)
    client = _client(provider)
    try:
        description = describe(client)
    except Unproved as error:
        raise refusal_of(provider, error) from None
    state, nonce, verifier = new_secret(), new_secret(), new_secret()
    now = timezone.now()
    OpenIdAttempt.objects.create(
        state=digest(state),
        browser=digest(browser),
        provider=provider,
        version=provider.version,
        trial=trial,
        nonce=nonce,
        verifier=verifier,
        next_url=next_url,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    return authorization_url(
        client,
        description,
        state=state,
        nonce=nonce,
        verifier=verifier,
        more=client.more | ({"login_hint": email} if email else {}),
    )


def spend(*, provider: IdentityProvider, state: str, browser: str) -> OpenIdAttempt:
    """The attempt that comes back, to exactly one caller. AttemptSpent."""
    limits.RETURN_NETWORK.take(network_of(caller().address))
    mine = OpenIdAttempt.objects.filter(
        pk=digest(state),
        browser=digest(browser),
        provider=provider,
        used_at=None,
        expires_at__gt=timezone.now(),
    )
    with transaction.atomic():
        if not mine.update(used_at=timezone.now()):
            raise AttemptSpent
        return OpenIdAttempt.objects.select_related("trial").get(pk=digest(state))


def prove(provider: IdentityProvider, attempt: OpenIdAttempt, answer: dict[str, Any]) -> Asserted:
    """Who has come back from the provider, for this attempt. Unproved."""
    client = client_of(provider)
    if attempt.version != provider.version:
        raise Unproved(Step.AUTHORIZATION, "the provider was changed meanwhile")
    description = describe(client)
    check_issuer(client, description, answer)
    if error := answer.get("error"):
        said = f"{error}: {answer.get('error_description', '')}"[:300]
        raise Unproved(Step.AUTHORIZATION, f"the provider says {said}")
    if not answer.get("code"):
        raise Unproved(Step.AUTHORIZATION, "there is no code")
    tokens = exchange(client, description, code=answer["code"], verifier=attempt.verifier)
    claims = read_token(client, description, tokens.get("id_token"), attempt.nonce)
    demand_acr(client, claims)
    if description.userinfo_endpoint and not tells_all(provider, claims):
        # What the token itself says stands above what is told beside it, where nothing is signed.
        claims = userinfo(description, tokens, claims["sub"]) | claims
    return asserted_by(provider, claims)


def refusal_of(provider: IdentityProvider, error: Unproved) -> Refused:
    """What a person is told, and precisely why, where the provider proved nothing."""
    words = _("Signing in with %(provider)s did not work. Try again, or sign in another way.")
    return Refused(f"openid_{error.step.value}", words % {"provider": provider.name}, str(error))


def log_out(*, provider: IdentityProvider, token: str) -> int:
    """Whom the provider's logout token names is signed out; how many sessions or people that were.

    Unproved for a token that is not genuine, or was obeyed before.
    """
    limits.RETURN_NETWORK.take(network_of(caller().address))
    client = client_of(provider)
    claims = read_logout_token(client, describe(client), token)
    _hear(provider, claims)
    subject, index = str(claims.get("sub", "")), str(claims.get("sid", ""))
    reason = "back-channel logout"
    if not subject:
        return end_session_index(provider, index, reason=reason)
    return end_sessions_of(provider, subject, index or None, issuer=client.issuer, reason=reason)


def _hear(provider: IdentityProvider, claims: dict[str, Any]) -> None:
    until = datetime.fromtimestamp(time.time() + FRESH + LEEWAY, UTC)
    key = digest(f"{provider.pk} {claims['jti']}")
    try:
        with transaction.atomic():
            HeardLogout.objects.create(key=key, expires_at=until + timedelta(minutes=1))
    except IntegrityError:
        raise Unproved(Step.IDENTITY, "the token was used before") from None


def _client(provider: IdentityProvider) -> Client:
    try:
        return client_of(provider)
    except OpenIdSettings.DoesNotExist:
        words = _("The set-up of this provider is not finished.")
        raise Refused("not_set_up", words, "There is no issuer yet.") from None


def purge() -> None:
    """Attempts and logouts that nothing can come of any more are gone."""
    for model in (OpenIdAttempt, HeardLogout):
        model.objects.filter(expires_at__lt=timezone.now()).delete()
