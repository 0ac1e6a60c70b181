"""Single logout, both ways: the provider learns of a sign-out here, and ends sessions here.

The provider's word is enough, in whatever browser it comes and without any cookie of ours; only it
must be signed.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from accounts.federation.enterprise.models import IdentityProvider, ProviderSession
from accounts.federation.enterprise.services import end_sessions_of
from accounts.organizations.models import Organization
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.http import network_of

from .. import addresses, limits
from ..assertion import LogoutRequest, NameId
from ..models import LogoutAttempt, SamlProvider, message_id
from ..reasons import Reason, Unproved
from ..selectors import provider_of_issuer, settings_of
from .refusals import NotBelieved
from .requests import Departure
from .responses import spend
from .signing import signer_for

if TYPE_CHECKING:
    from ..protocol.logouts import Message
    from ..protocol.messages import Signer

LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True)
class Incoming:
    """A message as it came to our logout address: a form's fields, or a query as it was written."""

    organization: Organization
    form: str = ""
    query: str = ""
    relay_state: str = ""


def begin_logout(session: ProviderSession) -> Departure | None:
    """The way to the provider's single logout, for a session that is over here; None where it has none."""
    from ..protocol import messages

    provider = session.provider
    known = settings_of(provider)
    name_id = session.context.get("name_id")
    if known is None or not known.logout_url or not name_id:
        return None
    now = timezone.now()
    row = LogoutAttempt.objects.create(
        request_id=message_id(), provider=provider, expires_at=now + LIFETIME
    )
    signer = signer_for(provider.organization)
    message = messages.logout_request(
        signer,
        request_id=row.request_id,
        now=now,
        destination=known.logout_url,
        name_id=NameId(**name_id),
        session_index=session.session_index,
    )
    return _departure(known, known.logout_url, "SAMLRequest", message, signer=signer)


def is_answer(incoming: Incoming) -> bool:
    """Whether a provider answers a logout of ours, rather than asking for one. NotBelieved where it is neither."""
    try:
        return not _read(incoming).is_request
    except Unproved as why:
        raise NotBelieved(why) from None


def answer_logout(incoming: Incoming) -> tuple[IdentityProvider, Departure]:
    """Whoever the provider names is signed out here; who it is, and the way back with our answer. NotBelieved."""
    from ..protocol import messages

    limits.LOGOUT_NETWORK.take(network_of(caller().address))
    organization, known = incoming.organization, None
    try:
        message = _read(incoming)
        known = _settings(organization, message)
        asked = message.prove_request(
            issuer=known.entity_id,
            certificates=known.certificates,
            location=addresses.logout_url(organization),
            now=timezone.now(),
        )
        with transaction.atomic():
            spend(organization, known.entity_id, asked.id, asked.expires_at)
            ended = _end(known.provider, asked)
            record(
                Tag.SAML_LOGOUT,
                target=known.provider,
                organization_id=organization.pk,
                ended=ended,
            )
    except Unproved as why:
        raise NotBelieved(why, provider=known.provider if known else None) from None
    where, signer = known.logout_response_url or known.logout_url, signer_for(organization)
    answer = messages.logout_response(
        signer,
        response_id=message_id(),
        now=timezone.now(),
        destination=where,
        in_response_to=asked.id,
    )
    back = _departure(
        known, where, "SAMLResponse", answer, signer=signer, relay_state=incoming.relay_state
    )
    return known.provider, back


def finish_logout(incoming: Incoming) -> bool:
    """Whether the provider has ended its session, too; its answer is spent. NotBelieved."""
    limits.LOGOUT_NETWORK.take(network_of(caller().address))
    organization, known = incoming.organization, None
    try:
        message = _read(incoming)
        known = _settings(organization, message)
        answer = message.prove_response(
            issuer=known.entity_id,
            certificates=known.certificates,
            location=addresses.logout_url(organization),
            now=timezone.now(),
        )
        rows = LogoutAttempt.objects.filter(
            pk=answer.in_response_to, provider=known.provider, used_at=None
        )
        if not rows.filter(expires_at__gt=timezone.now()).update(used_at=timezone.now()):
            raise Unproved(Reason.IN_RESPONSE_TO, answer.in_response_to)
    except Unproved as why:
        raise NotBelieved(why, provider=known.provider if known else None) from None
    if not answer.succeeded:
        record(
            Tag.SAML_LOGOUT,
            target=known.provider,
            outcome=Outcome.FAILURE,
            organization_id=organization.pk,
        )
    return answer.succeeded


def _read(incoming: Incoming) -> "Message":
    from ..protocol.logouts import Message

    return Message.of_form(incoming.form) if incoming.form else Message.of_query(incoming.query)


def _settings(organization: Organization, message: "Message") -> SamlProvider:
    found = provider_of_issuer(organization, message.issuer)
    if found is None:
        raise Unproved(Reason.UNKNOWN_ISSUER, message.issuer[:200] or "none is told")
    if not found.logout_url:
        raise Unproved(Reason.KIND, "the provider has no logout address")
    return found


def _end(provider: IdentityProvider, asked: LogoutRequest) -> int:
    """How much ended: all of the person, or the sessions that the provider names."""
    subjects = {asked.name_id.value} | _subjects_named(provider, asked.name_id)
    indexes: tuple[str | None, ...] = asked.session_indexes or (None,)
    return sum(
        end_sessions_of(provider, subject, index, issuer=asked.issuer)
        for subject in sorted(subjects)
        for index in indexes
    )


def _subjects_named(provider: IdentityProvider, name_id: NameId) -> set[str]:
    """Whom the provider names so, where an attribute and not the NameID says who somebody is."""
    rows = ProviderSession.objects.filter(provider=provider, context__name_id__value=name_id.value)
    found = rows.values_list("subject", "context")
    return {subject for subject, context in found if context["name_id"]["value"] == name_id.value}


def _departure(
    known: SamlProvider,
    where: str,
    name: str,
    message: bytes,
    *,
    signer: "Signer",
    relay_state: str = "",
) -> Departure:
    from ..protocol import messages, redirects
    from ..protocol.names import REDIRECT

    if known.logout_binding != REDIRECT:
        fields = {name: messages.for_form(message, signer=signer)}
        return Departure(where, fields | ({"RelayState": relay_state} if relay_state else {}))
    url = redirects.write_url(
        where,
        name,
        message,
        relay_state=relay_state,
        private_key=signer.private_key,
        certificate=signer.certificate,
    )
    return Departure(url)
