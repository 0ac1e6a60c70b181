"""A response comes back: believed once, and taken by the browser that it was meant for.

It comes by a form of another site, with which browsers send no cookie of our session. So it is proved
first and waits, sealed, in its request's row; the browser is sent here once more, by itself, and takes it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.federation.enterprise.models import IdentityProvider
from accounts.organizations.models import Organization
from mago.core.context import caller
from mago.core.http import network_of, safe_next
from mago.core.ids import digest, new_secret

from .. import addresses, limits
from ..assertion import Assertion, Expected
from ..models import Request, SamlProvider, SpentMessage
from ..reasons import Reason, Unproved
from ..selectors import private_keys_of, provider_of_issuer, settings_of
from .refusals import NotBelieved
from .requests import LIFETIME, Purpose


@dataclass(frozen=True)
class Waiting:
    """A response that was believed waits under `handle`, for the browser of that mark."""

    handle: str
    browser: str


def receive(organization: Organization, *, text: str, relay_state: str, browser: str) -> Waiting:
    """The response of a form is believed, and waits for its browser. NotBelieved.

    One that is not believed spends nothing: whoever sends rubbish keeps nobody from coming in.
    """
    from ..protocol.gate import Response, decode

    limits.RETURN_NETWORK.take(network_of(caller().address))
    provider, row, raw = None, None, b""
    try:
        raw = decode(text)
        response = Response(raw)
        row = _request_of(organization, response.in_response_to, relay_state, browser)
        known = _settings(organization, row, response.issuer)
        provider = known.provider
        if row is None:
            _demand_allowed(provider, relay_state)
        assertion = response.prove(_expected(organization, known, row))
        if row is None:
            return _begun_there(known, assertion, relay_state, browser)
        # The first that is believed counts.
        if not _live(row).filter(answer="").update(answer=assertion.to_text()):
            raise Unproved(Reason.REPLAYED, "another response came first")
    except Unproved as why:
        if row is not None:
            provider = row.provider
        raise NotBelieved(why, provider=provider, row=row, raw=raw) from None
    return Waiting(relay_state, browser)


def complete(
    organization: Organization, *, handle: str, browser: str
) -> tuple[Request, SamlProvider, Assertion]:
    """What the response that waits says, to exactly one caller; it and its assertion are spent. NotBelieved.

    In the transaction of the caller, which opens the session or undoes all of it.
    """
    rows = Request.objects.select_related("provider__organization", "user", "trial")
    row = rows.filter(pk=digest(handle), provider__organization=organization).first()
    try:
        if row is None or not row.answer or row.browser != digest(browser):
            raise Unproved(Reason.REQUEST, "nothing waits for this browser")
        if not _live(row).update(used_at=timezone.now()):
            raise Unproved(Reason.REQUEST, "it was used, or waited too long")
        known, assertion = _unchanged(row), Assertion.from_text(row.answer)
        spend(organization, assertion.issuer, assertion.id, assertion.expires_at)
    except Unproved as why:
        raise NotBelieved(why, provider=row.provider if row else None, row=row) from None
    return row, known, assertion


def spend(organization: Organization, issuer: str, message: str, until: datetime) -> None:
    """The message is used, by exactly one caller. Unproved for all others."""
    key = digest("\x00".join((str(organization.pk), issuer, message)))
    try:
        with transaction.atomic():
            SpentMessage.objects.create(digest=key, expires_at=until)
    except IntegrityError:
        raise Unproved(Reason.REPLAYED, message) from None


def _request_of(
    organization: Organization, request_id: str, relay_state: str, browser: str
) -> Request | None:
    """The request that the response answers, of this browser; None for an answer to none. Unproved."""
    if not request_id:
        return None
    rows = Request.objects.select_related("provider__organization", "trial")
    row = rows.filter(request_id=request_id, provider__organization=organization).first()
    if row is None:
        raise Unproved(Reason.IN_RESPONSE_TO, request_id)
    if row.browser != digest(browser):
        raise Unproved(Reason.REQUEST, "it was begun in another browser")
    if row.pk != digest(relay_state):
        raise Unproved(Reason.RELAY_STATE)
    if row.used_at or row.expires_at <= timezone.now():
        raise Unproved(Reason.REQUEST, "it was used, or waited too long")
    return row


def _settings(organization: Organization, row: Request | None, issuer: str) -> SamlProvider:
    """What is known of the provider that the response must be of. Unproved."""
    if row is not None:
        return _unchanged(row)
    found = provider_of_issuer(organization, issuer)
    if found is None:
        raise Unproved(Reason.UNKNOWN_ISSUER, issuer[:200] or "none is told")
    return found


def _unchanged(row: Request) -> SamlProvider:
    known = settings_of(row.provider)
    if known is None or row.version != row.provider.version:
        raise Unproved(Reason.REQUEST, "the provider was changed meanwhile")
    known.provider = row.provider
    return known


def _demand_allowed(provider: IdentityProvider, relay_state: str) -> None:
    """People may begin at the provider, and be sent on to pages of the list only. Unproved."""
    if not provider.allow_idp_initiated:
        raise Unproved(Reason.UNSOLICITED)
    if relay_state and safe_next(relay_state) is None:
        raise Unproved(Reason.RELAY_STATE, "it is no page that people may be sent to")


def _expected(organization: Organization, known: SamlProvider, row: Request | None) -> Expected:
    return Expected(
        entity_id=addresses.entity_id(organization),
        acs_url=addresses.acs_url(organization),
        issuer=known.entity_id,
        certificates=tuple(known.certificates),
        private_keys=private_keys_of(organization),
        request_id=row.request_id if row else None,
        now=timezone.now(),
        asked_at=row.created_at if row and row.asks_again else None,
    )


def _begun_there(
    known: SamlProvider, assertion: Assertion, relay_state: str, browser: str
) -> Waiting:
    """What nobody asked for waits as if somebody had."""
    handle, mark, now = new_secret(), browser or new_secret(), timezone.now()
    Request.objects.create(
        handle=digest(handle),
        browser=digest(mark),
        provider=known.provider,
        version=known.provider.version,
        purpose=Purpose.SIGN_IN,
        next_url=safe_next(relay_state) or "",
        answer=assertion.to_text(),
        created_at=now,
        expires_at=now + LIFETIME,
    )
    return Waiting(handle, mark)


def _live(row: Request) -> QuerySet[Request]:
    return Request.objects.filter(pk=row.pk, used_at=None, expires_at__gt=timezone.now())
