"""What an application that signs its person out says: whose session, and where to go then."""

from dataclasses import dataclass
from typing import Any

from authlib.common.urls import add_params_to_uri
from django.http import QueryDict
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ..models import Algorithm, Application
from ..selectors import application_by_id
from ..services import issuer, published_keys
from .requests import Payload


@dataclass(frozen=True)
class Farewell:
    """`session_id` only where an ID token of ours proves it; `url` only where it is registered."""

    application: Application | None = None
    session_id: str = ""
    url: str = ""


def read(sent: QueryDict) -> Farewell:
    """What is asked, as far as it is good; what is not good is as if it were not there."""
    payload = Payload(sent)
    if payload.repeated or payload.garbled:
        return Farewell()
    data = payload.data
    claims = claims_of_hint(data.get("id_token_hint", ""))
    named = data.get("client_id") or str(claims.get("aud", ""))
    application = application_by_id(named)
    if application is None or (claims and claims.get("aud") != application.client_id):
        return Farewell()
    url = data.get("post_logout_redirect_uri", "")
    if url not in application.logout_uris:
        url = ""
    elif data.get("state"):
        url = str(add_params_to_uri(url, [("state", data["state"])]))
    return Farewell(application, str(claims.get("sid", "")), url)


def claims_of_hint(token: str) -> dict[str, Any]:
    """The claims of an ID token of ours, which may have expired; nothing for anything else."""
    if not token:
        return {}
    try:
        keys = KeySet.import_key_set({"keys": published_keys()})
        found = jwt.decode(token, keys, algorithms=list(Algorithm.values))
    except (JoseError, ValueError, TypeError, KeyError):
        return {}
    claims: dict[str, Any] = found.claims
    if found.header.get("typ") != "JWT" or claims.get("iss") != issuer():
        return {}
    return claims
