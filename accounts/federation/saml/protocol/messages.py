"""What we send, written with pysaml2's classes: a sign-in's request, a logout's request and response."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from saml2 import saml, samlp

from ..assertion import NameId
from .names import POST, SUCCESS
from .signatures import sign


@dataclass(frozen=True)
class Signer:
    """Who we are, and the key with which we show it (PEM, both)."""

    entity_id: str
    private_key: str
    certificate: str


def authn_request(
    signer: Signer,
    *,
    request_id: str,
    now: datetime,
    destination: str,
    acs_url: str,
    name_id_format: str = "",
    force: bool = False,
    context_classes: Sequence[str] = (),
    comparison: str = "exact",
) -> bytes:
    """Who is it? Unsigned; the binding signs it. `force` has the person asked again there."""
    policy = samlp.NameIDPolicy(allow_create="true", format=name_id_format or None)
    context = None
    if context_classes:
        context = samlp.RequestedAuthnContext(
            authn_context_class_ref=[
                saml.AuthnContextClassRef(text=name) for name in context_classes
            ],
            comparison=comparison,
        )
    return _written(
        samlp.AuthnRequest(
            id=request_id,
            version="2.0",
            issue_instant=_instant(now),
            destination=destination,
            assertion_consumer_service_url=acs_url,
            protocol_binding=POST,
            force_authn="true" if force else None,
            issuer=saml.Issuer(text=signer.entity_id),
            name_id_policy=policy,
            requested_authn_context=context,
        )
    )


def logout_request(
    signer: Signer,
    *,
    request_id: str,
    now: datetime,
    destination: str,
    name_id: NameId,
    session_index: str,
) -> bytes:
    """The person is signed out here: the provider ends its session, too."""
    return _written(
        samlp.LogoutRequest(
            id=request_id,
            version="2.0",
            issue_instant=_instant(now),
            destination=destination,
            issuer=saml.Issuer(text=signer.entity_id),
            name_id=saml.NameID(
                text=name_id.value,
                format=name_id.format or None,
                name_qualifier=name_id.name_qualifier or None,
                sp_name_qualifier=name_id.sp_name_qualifier or None,
            ),
            session_index=[samlp.SessionIndex(text=session_index)] if session_index else [],
        )
    )


def logout_response(
    signer: Signer, *, response_id: str, now: datetime, destination: str, in_response_to: str
) -> bytes:
    """Whoever the request named has no session here any more."""
    return _written(
        samlp.LogoutResponse(
            id=response_id,
            version="2.0",
            issue_instant=_instant(now),
            destination=destination,
            in_response_to=in_response_to,
            issuer=saml.Issuer(text=signer.entity_id),
            status=samlp.Status(status_code=samlp.StatusCode(value=SUCCESS)),
        )
    )


def for_form(message: bytes, signer: Signer) -> str:
    """The message as a field of the POST binding's form, signed."""
    root = etree.fromstring(message)
    # Behind the issuer (Core, section 3.2.1).
    sign(root, signer.private_key, signer.certificate, before=1)
    return base64.b64encode(etree.tostring(root)).decode()


def _written(message: samlp.RequestAbstractType_ | samlp.StatusResponseType_) -> bytes:
    written: bytes = message.to_string()
    return written


def _instant(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H:%M:%SZ}"
