"""A browser goes to a provider, and comes back once."""

import json
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Refused
from mago.core.http import network_of
from mago.core.ids import digest, new_secret

from .. import limits
from ..discovery import Description, describe
from ..models import Attempt, Confirmation
from ..protocol import Vouched, authorization_url, exchange, who
from ..providers import Provider, Step, Unproved
from ..selectors import provider_for

Purpose = Attempt.Purpose
LIFETIME = timedelta(minutes=10)
LONGEST_ANSWER = 8192
# Clocks differ, and the provider may have asked a moment before we noted that it was to.
LEEWAY = timedelta(minutes=1)


class AttemptSpent(Refused):
    """The way back was used already, was left for too long, or is another browser's."""

    code = "attempt_spent"
    detail = gettext_lazy("This sign-in took too long, or was finished already. Start again.")


class ProviderRefused(Refused):
    """The provider let nobody through: the person said no, or it did."""

    code = "provider_refused"


class ProviderFailed(Refused):
    """What came from the provider proves nothing. The audit knows why; a stranger need not."""

    code = "provider_failed"


class ProviderUnreachable(ProviderFailed):
    """The provider does not answer now."""

    status = 503
    code = "provider_unreachable"


def begin(
    *,
    kind: str,
    browser: str,
    purpose: Purpose = Purpose.SIGN_IN,
    user: User | None = None,
    next_url: str = "",
) -> str:
    """The address at the provider to which the browser goes now; one return of it is expected."""
    limits.BEGIN_NETWORK.take(network_of(caller().address))
    provider = provider_for(kind)
    try:
        description = describe(provider)
    except Unproved as error:
        raise _failed(provider, error, ProviderUnreachable) from None
    state, nonce, verifier = new_secret(), new_secret(), new_secret()
    now = timezone.now()
    Attempt.objects.create(
        state=digest(state),
        browser=digest(browser),
        kind=kind,
        purpose=purpose,
        user=user,
        issuer=description.issuer,
        client_id=provider.client_id,
        nonce=nonce,
        verifier=verifier,
        next_url=next_url,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    return authorization_url(
        provider,
        description,
        state=state,
        nonce=nonce,
        verifier=verifier,
        prove_again=purpose == Purpose.PROVE,
    )


def park(*, kind: str, state: str, browser: str, answer: dict[str, str]) -> None:
    """What a form of another site brought waits for the browser to come with its cookies. AttemptSpent.

    The cookies of our session do not come with such a form, only the one that ties the attempt to the
    browser. The first answer counts.
    """
    limits.RETURN_NETWORK.take(network_of(caller().address))
    text = json.dumps(answer)
    waiting = _waiting(state, browser).filter(kind=kind, answer="")
    if len(text) > LONGEST_ANSWER or not waiting.update(answer=text):
        raise AttemptSpent


def come_back(
    *, kind: str, state: str, browser: str, answer: dict[str, str]
) -> tuple[Attempt, Vouched]:
    """Who the provider says it is; the attempt is spent, whatever comes of it.

    AttemptSpent, ProviderDisabled, ProviderRefused or ProviderFailed.
    """
    limits.RETURN_NETWORK.take(network_of(caller().address))
    attempt = _spend(state, browser)
    provider = provider_for(kind)
    try:
        vouched = _prove(attempt, provider, answer)
    except Unproved as error:
        raise _failed(provider, error) from None
    # It may have been disabled while we were asking it.
    provider_for(kind)
    return attempt, vouched


def _prove(attempt: Attempt, provider: Provider, answer: dict[str, Any]) -> Vouched:
    if attempt.kind != provider.kind:
        raise Unproved(Step.AUTHORIZATION, f"the answer is to a question put to {attempt.kind}")
    description = describe(provider)
    if (attempt.issuer, attempt.client_id) != (description.issuer, provider.client_id):
        raise Unproved(Step.AUTHORIZATION, "the provider was changed meanwhile")
    if provider.response_mode == "form_post":
        answer = json.loads(attempt.answer or "{}")
    check_issuer(provider, description, answer)
    if error := answer.get("error"):
        raise _said_no(provider, error)
    if not answer.get("code"):
        raise Unproved(Step.AUTHORIZATION, "there is no code")
    tokens = exchange(provider, description, code=answer["code"], verifier=attempt.verifier)
    vouched = who(provider, description, tokens, attempt.nonce, answer)
    if attempt.purpose == Purpose.PROVE:
        _check_time(attempt, provider, vouched)
    return vouched


def check_issuer(provider: Provider, description: Description, answer: dict[str, Any]) -> None:
    """RFC 9207, section 2.4: an answer of another provider is noticed before its code is sent anywhere."""
    if issuer := answer.get("iss"):
        if not provider.accepts_answer(issuer, description.issuer):
            raise Unproved(Step.AUTHORIZATION, "the answer is of another issuer")
    elif description.names_itself:
        raise Unproved(Step.AUTHORIZATION, "the answer does not name its issuer")


def _check_time(attempt: Attempt, provider: Provider, vouched: Vouched) -> None:
    at = vouched.authenticated_at
    if at is None and not provider.tells_auth_time:
        return
    if at is None or at < (attempt.created_at - LEEWAY).timestamp():
        raise Unproved(Step.IDENTITY, "the person was not asked again")


@transaction.atomic
def _spend(state: str, browser: str) -> Attempt:
    """The attempt, to exactly one caller."""
    if not _waiting(state, browser).update(used_at=timezone.now()):
        raise AttemptSpent
    return Attempt.objects.select_related("user").get(pk=digest(state))


def _waiting(state: str, browser: str) -> QuerySet[Attempt]:
    return Attempt.objects.filter(
        pk=digest(state), browser=digest(browser), used_at=None, expires_at__gt=timezone.now()
    )


def _said_no(provider: Provider, error: str) -> Refused:
    _tell(provider, Step.AUTHORIZATION, error[:100])
    if error in ("access_denied", "user_cancelled_authorize", "user_cancelled_login"):
        words = _("You did not go on at %(provider)s, so you are not signed in.")
    else:
        words = _("%(provider)s did not let you through. Try again, or sign in another way.")
    return ProviderRefused(words % {"provider": provider.label})


def _failed(
    provider: Provider, error: Unproved, refusal: type[ProviderFailed] = ProviderFailed
) -> Refused:
    _tell(provider, error.step, error.reason)
    words = _("Signing in with %(provider)s did not work. Try again, or sign in another way.")
    return refusal(words % {"provider": provider.label})


def _tell(provider: Provider, step: Step, reason: str) -> None:
    record(
        Tag.FEDERATED_SIGN_IN_FAILED,
        outcome=Outcome.FAILURE,
        provider=provider.kind,
        step=step.value,
        reason=reason,
    )


def purge() -> None:
    """Attempts and confirmations that nobody can come back to are gone."""
    for model in (Attempt, Confirmation):
        model.objects.filter(expires_at__lt=timezone.now()).delete()
