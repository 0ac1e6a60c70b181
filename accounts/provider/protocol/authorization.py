"""What an application asks of a person: read strictly, and answered at an address that it has registered
(OpenID Connect Core 1.0, section 3.1.2; RFC 9700, section 2.1; RFC 9207)."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from accounts.access.facts import Strength
from accounts.sessions.assurance import acr_of
from mago.core.errors import Refused

from ..models import Application
from ..services import issuer
from . import clients
from .grants import InvalidTargetError
from .hints import claims_of_hint
from .requests import Payload, Request
from .server import server

PROMPTS = {"none", "login", "consent", "select_account"}
# Whoever has just proved who they are is not asked again on the way back.
FRESH = 60
STRENGTHS = {acr_of(level): level for level in Strength if level}


@dataclass(frozen=True)
class Wanted:
    """A request that is good: by whom, for what, and how sure they want to be of the person."""

    application: Application
    redirect_uri: str
    scopes: tuple[str, ...]
    code_challenge: str
    state: str = ""
    nonce: str = ""
    resource: str = ""
    prompts: frozenset[str] = frozenset()
    max_age: int | None = None
    strength: int = 0
    login_hint: str = ""
    # The person whom it must be (`id_token_hint`), if the application names one.
    subject: str = ""

    @property
    def is_silent(self) -> bool:
        return "none" in self.prompts

    def answer(self, **params: str) -> str:
        """The address to which the browser takes the answer, which says who gives it."""
        return answer(self.redirect_uri, self.state, params)


class Answered(Exception):
    """What was asked is refused, and the application is told so at its own address, `url`."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url


def answer(redirect_uri: str, state: str, params: dict[str, str]) -> str:
    known = {**params, "state": state, "iss": issuer()}
    added = [(name, value) for name, value in known.items() if value]
    return str(add_params_to_uri(redirect_uri, added))


def read(request: HttpRequest, sent: QueryDict) -> Wanted:
    """What is wanted. Refused, for a page, where we cannot know whom to answer; Answered for all else that is wrong."""
    ours = Request(request, sent)
    payload = ours.payload
    application, redirect_uri = _whom_to_answer(payload)
    state = payload.data.get("state", "")
    try:
        _demand_plain(payload)
        grant = server.get_authorization_grant(ours)
        grant.validate_authorization_request()
        return _wanted(application, redirect_uri, ours)
    except OAuth2Error as error:
        params = {"error": str(error.error), "error_description": error.description or ""}
        kept = "" if "state" in {*payload.repeated, *payload.garbled} else state
        raise Answered(answer(redirect_uri, kept, params)) from None


def softened(sent: QueryDict) -> str:
    """The same request for whoever has just proved who they are: not to be asked for it twice. Who comes back
    without having done so is asked again."""
    kept = {name: str(value) for name, value in sent.items() if name != "acr_values"}
    prompts = kept.get("prompt", "").split()
    if "login" in prompts:
        kept["prompt"] = " ".join(word for word in prompts if word != "login")
        kept["max_age"] = "0"
    if kept.get("max_age", "").isdecimal():
        kept["max_age"] = str(max(int(kept["max_age"]), FRESH))
    return urlencode({name: value for name, value in kept.items() if value})


def _whom_to_answer(payload: Payload) -> tuple[Application, str]:
    """The application, and its address as registered: without both, nothing is sent anywhere."""
    names = {"client_id", "redirect_uri"}
    client = clients.client_of(payload.data.get("client_id", ""))
    if client is None or names & {*payload.repeated, *payload.garbled}:
        raise Refused(
            _(
                "The application that sent you here is not known, or is disabled. Tell those who run it."
            ),
            code="invalid_client",
        )
    redirect_uri = payload.data.get("redirect_uri", "")
    if not client.check_redirect_uri(redirect_uri):
        raise Refused(
            _(
                "The application wants your answer sent to an address that is not registered. Tell those who run it."
            ),
            code="invalid_redirect_uri",
        )
    return client.application, redirect_uri


def _demand_plain(payload: Payload) -> None:
    if payload.repeated or payload.garbled:
        raise InvalidRequestError("A parameter is repeated or malformed.")
    for name in ("request", "request_uri", "registration"):
        if name in payload.data:
            error = OAuth2Error(f"The parameter '{name}' is not supported.")
            error.error = f"{name}_not_supported"
            raise error
    if payload.data.get("response_mode", "query") != "query":
        raise InvalidRequestError("Only the response mode 'query' is supported.")


def _wanted(application: Application, redirect_uri: str, ours: Request) -> Wanted:
    data: dict[str, str] = ours.payload.data
    prompts = frozenset(data.get("prompt", "").split())
    if prompts - PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise InvalidRequestError("Unknown 'prompt', or 'none' beside another one.")
    resource = data.get("resource", "")
    if resource and resource not in application.resources:
        raise InvalidTargetError("This resource is not registered for the client.")
    if len(data.get("nonce", "")) > 300:
        raise InvalidRequestError("The 'nonce' is too long.")
    return Wanted(
        application=application,
        redirect_uri=redirect_uri,
        scopes=tuple((ours.scope or "").split()),
        code_challenge=data["code_challenge"],
        state=data.get("state", ""),
        nonce=data.get("nonce", ""),
        resource=resource,
        prompts=prompts,
        max_age=_seconds(data.get("max_age")),
        strength=_strength(data.get("acr_values", "")),
        login_hint=data.get("login_hint", ""),
        subject=_subject(data.get("id_token_hint", ""), application),
    )


def _subject(hint: str, application: Application) -> str:
    """Whom an ID token means that we gave this application."""
    if not hint:
        return ""
    claims = claims_of_hint(hint)
    if claims.get("aud") != application.client_id:
        raise InvalidRequestError("Invalid 'id_token_hint'.")
    return str(claims["sub"])


def _seconds(value: str | None) -> int | None:
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise InvalidRequestError("Invalid 'max_age'.")
    return int(value)


def _strength(acr_values: str) -> int:
    """The least of the strengths that would do; what we do not know, we cannot give."""
    known: list[Any] = [STRENGTHS[word] for word in acr_values.split() if word in STRENGTHS]
    return int(min(known, default=0))
