"""What an application that signs its person out says: whose session, and where to go then."""

from dataclasses import dataclass

from authlib.common.urls import add_params_to_uri
from django.http import QueryDict

from ..models import Application
from ..selectors import application_by_id
from .hints import claims_of_hint
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
