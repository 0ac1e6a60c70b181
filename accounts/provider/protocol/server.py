"""The authorization server: which grants there are, and who may ask."""

import json
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError
from django.http import HttpRequest, HttpResponse

from mago.core.errors import Refused

from ..models import AuthMethod
from ..services import InvalidGrant
from . import clients, grants
from .requests import Request, is_plain

_encode = json.JSONEncoder().encode


class Server(AuthorizationServer):
    def __init__(self) -> None:
        super().__init__()
        self.register_client_auth_method(AuthMethod.SECRET.value, clients.by_secret)
        self.register_client_auth_method(AuthMethod.PRIVATE_KEY.value, clients.by_private_key)
        self.register_client_auth_method(AuthMethod.NONE.value, clients.by_name)
        self.register_grant(grants.AuthorizationCodeGrant, [grants.AlwaysS256(required=True)])
        self.register_grant(grants.RefreshTokenGrant)
        self.register_grant(grants.ClientCredentialsGrant)
        self.register_grant(grants.DeviceCodeGrant)

    def query_client(self, client_id: str) -> clients.Client | None:
        return clients.client_of(client_id)

    def create_oauth2_request(self, request: Request | HttpRequest) -> Request:
        return request if isinstance(request, Request) else Request(request, request.POST)

    def handle_response(
        self, status: int, payload: Any, headers: list[tuple[str, str]]
    ) -> HttpResponse:
        if payload:
            response = HttpResponse(_encode(payload), "application/json", status)
        else:
            response = HttpResponse(status=status)
        for name, value in headers:
            response.headers[name] = value
        return response

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def token_response(self, request: HttpRequest) -> HttpResponse:
        """The answer of the token endpoint, whatever was asked."""
        return self.answer(request, self._tokens)

    def _tokens(self, request: Request) -> tuple[int, Any, Any]:
        grant = self.get_token_grant(request)
        grant.validate_token_request()
        answer: tuple[int, Any, Any] = grant.create_token_response()
        return answer

    def authenticated_client(self, request: Request) -> clients.Client:
        """The application that asks, proved as it was registered. InvalidClientError."""
        client: clients.Client = self.authenticate_client(request, clients.METHODS)
        request.client = client
        return client

    def answer(self, request: HttpRequest, work: Any) -> HttpResponse:
        """What `work` makes of the request; every refusal in the words of RFC 6749, section 5.2."""
        ours = Request(request, request.POST)
        try:
            demand_plain(request, ours)
            return self.handle_response(*work(ours))
        except OAuth2Error as error:
            return self.handle_error_response(ours, error)
        except InvalidGrant as refusal:
            return self.handle_error_response(ours, InvalidGrantError(_words(refusal)))
        except Refused as refusal:
            if refusal.status != 400:
                raise
            return self.handle_error_response(ours, _as_error(refusal))


def demand_plain(request: HttpRequest, ours: Request) -> None:
    """A form, each of its parameters once, and none of them in the address, where logs would keep them."""
    if request.META.get("QUERY_STRING"):
        raise InvalidRequestError("Send parameters in the body.")
    if request.content_type != "application/x-www-form-urlencoded":
        raise InvalidRequestError("Send application/x-www-form-urlencoded.")
    if ours.payload.repeated or ours.payload.garbled:
        raise InvalidRequestError("A parameter is repeated or malformed.")


def _words(refusal: Refused) -> str:
    """`error_description` is ASCII (RFC 6749, section 5.2), and our words are not in every language."""
    words = str(refusal.detail)
    return words if is_plain(words) else refusal.code


def _as_error(refusal: Refused) -> OAuth2Error:
    error = OAuth2Error(_words(refusal))
    error.error = refusal.code
    return error


server = Server()
