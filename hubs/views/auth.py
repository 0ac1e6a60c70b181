"""A hub signs in: as JSON in two requests (or one, to reconnect), and by RFC 7804's headers."""

import re
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.views.decorators.http import require_GET, require_POST

from mago.core.guards import public
from mago.core.metrics import HUB_SIGN_INS

from .. import handshake, ht, refusals, scram
from ..binding import Offer, offer_of
from ..reconnecting import reconnect
from .answers import REALM, Answer, failed, over_django, read_body, succeeded, text, with_patience

Step = Callable[[HttpRequest, Offer], Answer]
Told = Callable[[scram.Failure, Offer], Answer]
# Long enough for a database that is restarted, short enough for people who wait in a room.
RETRY_AFTER = 2


def _step(told: Told) -> Callable[[Step], Callable[[HttpRequest], Answer]]:
    """A request of a sign-in: what fails in it is answered, and what concerns security is noted."""

    def decorate(step: Step) -> Callable[[HttpRequest], Answer]:
        @wraps(step)
        def view(request: HttpRequest) -> Answer:
            offer = offer_of(request.META)
            try:
                try:
                    return step(request, offer)
                except scram.NotAuthorized as failure:
                    raise refusals.note(failure, failure.name) from None
            except scram.Failure as failure:
                HUB_SIGN_INS.labels(failure.error).inc()
                return told(failure, offer)
            except (OperationalError, InterfaceError):
                HUB_SIGN_INS.labels("database").inc()
                return told(refusals.TemporaryFailure(RETRY_AFTER, "database"), offer)

        return view

    return decorate


@public
@require_GET
@over_django
def offer(request: HttpRequest) -> Answer:
    """What a hub may use over this connection; exactly this list is hashed in `h`."""
    offer = offer_of(request.META)
    return Answer.of(
        {
            "mechanisms": offer.mechanisms,
            "channel_bindings": offer.bindings,
            "fast": offer.reconnect,
            "iterations": settings.HUB_ITERATIONS,
            "salt_bytes": settings.HUB_SALT_BYTES,
            "retry_after": None,
        }
    )


@_step(failed)
def begin(request: HttpRequest, offer: Offer) -> Answer:
    """The first of two requests (SCRAM), or the only one (HT)."""
    body = read_body(request)
    mechanism, message = text(body, "mechanism"), scram.decode(body.get("initial_response"))
    if mechanism in ht.MECHANISMS:
        initiator = ht.read(message)
        refusals.demand_patience(initiator.name)
        return succeeded(reconnect(mechanism, initiator, offer))
    if mechanism not in offer.mechanisms:
        raise scram.InvalidMechanism
    first = scram.read_client_first(scram.text_of(message))
    refusals.demand_patience(first.name)
    challenge = handshake.start(mechanism, first, offer)
    return Answer.of(
        {
            "status": "continue",
            "sid": challenge.sid,
            "challenge": scram.encode(challenge.message),
            "expires_in": int(settings.HUB_HANDSHAKE_LIFETIME.total_seconds()),
        }
    )


@_step(failed)
def finish(request: HttpRequest, offer: Offer) -> Answer:
    """The second of two requests."""
    body = read_body(request)
    sid, message = text(body, "sid"), scram.decode(body.get("response"))
    final = scram.read_client_final(scram.text_of(message))
    return succeeded(handshake.finish(sid, final, offer))


start = public(require_POST(over_django(begin)))
proceed = public(require_POST(over_django(finish)))


# --- RFC 7804 ---

_ATTRIBUTE = re.compile(r'\s*([a-z]+)\s*=\s*(?:"([^"\\]*)"|([^\s",]+))\s*(?:,|$)')


def _attributes(header: str) -> dict[str, str]:
    """The attributes of an Authorization header, quoted or bare; each once."""
    found: dict[str, str] = {}
    at = 0
    while at < len(header):
        match = _ATTRIBUTE.match(header, at)
        if match is None or match[1] in found:
            raise scram.Malformed
        found[match[1]] = match[2] if match[2] is not None else match[3]
        at = match.end()
    return found


def _in_text(text: str, status: int = 200) -> Answer:
    headers = {"Content-Type": "text/plain", "Cache-Control": "no-store"}
    return Answer(text.encode(), status, headers)


def _challenged(failure: scram.Failure | None, offer: Offer) -> Answer:
    """401 and the way to begin; also where the reason is one that JSON clients are told with a 400."""
    status = failure.status if isinstance(failure, refusals.TemporaryFailure) else 401
    answer = _in_text("", status)
    if status == 401:
        answer.headers["WWW-Authenticate"] = f"{scram.MANDATORY} {REALM}"
    return with_patience(answer, failure) if failure else answer


@public
@require_GET
@over_django
@_step(_challenged)
def token(request: HttpRequest, offer: Offer) -> Answer:
    """RFC 7804 section 5, which allows no channel binding and knows SHA-256 only. The body is the access token."""
    scheme, _space, rest = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.upper() != scram.MANDATORY or scram.MANDATORY not in offer.mechanisms:
        return _challenged(None, offer)
    if len(rest) > 2 * scram.LONGEST_ENCODED:
        raise scram.BadEncoding
    sent = _attributes(rest)
    message = scram.text_of(scram.decode(sent.get("data")))
    return _finished(sent["sid"], message, offer) if "sid" in sent else _begun(message, offer)


def _begun(message: str, offer: Offer) -> Answer:
    first = scram.read_client_first(message)
    if first.flag != "n":
        raise scram.BindingUnsupported
    refusals.demand_patience(first.name)
    challenge = handshake.start(scram.MANDATORY, first, offer)
    answer = _challenged(None, offer)
    told = f"sid={challenge.sid}, data={scram.encode(challenge.message)}"
    answer.headers["WWW-Authenticate"] = f"{scram.MANDATORY} {told}"
    return answer


def _finished(sid: str, message: str, offer: Offer) -> Answer:
    final = scram.read_client_final(message)
    success = handshake.finish(sid, final, offer, keep=False)
    HUB_SIGN_INS.labels("succeeded").inc()
    answer = _in_text(success.token)
    answer.headers["Authentication-Info"] = (
        f"sid={sid}, data={scram.encode(success.answer.decode())}"
    )
    return answer
