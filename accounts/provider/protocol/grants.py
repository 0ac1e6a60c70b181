"""The grants of the token endpoint, and the request for a code."""

from typing import Any

from authlib.oauth2.rfc6749 import (
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    grants,
)
from authlib.oauth2.rfc6749.errors import OAuth2Error, UnauthorizedClientError
from authlib.oauth2.rfc6749.hooks import hooked
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE

from .. import services
from ..models import Application, AuthorizationCode
from ..scopes import OFFLINE, OPENID
from .clients import METHODS

Answer = tuple[int, dict[str, Any], list[tuple[str, str]]]


class InvalidTargetError(OAuth2Error):
    """RFC 8707, section 2."""

    error = "invalid_target"


class _Ours:
    """What all our grants share."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    GRANT_TYPE: str
    TOKEN_RESPONSE_HEADER: list[tuple[str, str]]
    request: Any
    client: Any

    def answer(self, pair: services.TokenPair) -> Answer:
        return 200, pair.as_response(), self.TOKEN_RESPONSE_HEADER

    @property
    def application(self) -> Application:
        application: Application = self.request.client.application
        return application

    def authenticate(self) -> None:
        """The application has proved itself, and may use this grant."""
        self.request.client = self.authenticate_token_endpoint_client()  # type: ignore[attr-defined]
        if not self.request.client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("The client may not use this grant.")

    def demand_same_resource(self, granted: str) -> None:
        wanted = self.request.payload.data.get("resource", granted)
        if wanted != granted:
            raise InvalidTargetError("Another resource was granted.")


class AuthorizationCodeGrant(_Ours, grants.AuthorizationCodeGrant):
    def query_authorization_code(self, code: str, client: Any) -> "_Code | None":
        row = services.code_of(code, client.application)
        return _Code(row) if row else None

    @hooked
    def create_token_response(self) -> Answer:
        row: AuthorizationCode = self.request.authorization_code.row
        self.demand_same_resource(row.resource)
        return self.answer(services.redeem_code(row, self.application))


class _Code:
    """What Authlib asks of a code."""

    def __init__(self, row: AuthorizationCode) -> None:
        self.row = row
        self.code_challenge = row.code_challenge
        self.code_challenge_method = "S256"

    def get_redirect_uri(self) -> str:
        return self.row.redirect_uri


class AlwaysS256(CodeChallenge):
    """PKCE is asked of everybody, and `plain` is not taken (RFC 9700, section 2.1.1)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]
    DEFAULT_CODE_CHALLENGE_METHOD = "S256"

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        sent = grant.request.payload.data
        if sent.get("code_challenge_method") != "S256" or len(sent.get("code_challenge", "")) != 43:
            raise InvalidRequestError("PKCE with S256 is required (code_challenge).")
        super().validate_code_challenge(grant, redirect_uri)


class RefreshTokenGrant(_Ours, grants.RefreshTokenGrant):
    def validate_token_request(self) -> None:
        self.authenticate()
        sent = self.request.payload.data
        if not sent.get("refresh_token"):
            raise InvalidRequestError("Missing 'refresh_token' in request.")

    @hooked
    def create_token_response(self) -> Answer:
        sent = self.request.payload.data
        token = sent["refresh_token"]
        scope = self._narrowed(token, sent)
        return self.answer(services.rotate(token, application=self.application, scope=scope))

    def _narrowed(self, token: str, sent: dict[str, str]) -> str:
        """Less than was granted, where the application asks for less; it is looked up only then."""
        if not {"scope", "resource"} & set(sent):
            return ""
        family = services.family_of(token, self.application)
        if family is None:
            raise InvalidGrantError
        self.demand_same_resource(family.resource)
        wanted = sent.get("scope", "").split()
        if not set(wanted) <= set(family.scopes):
            raise InvalidScopeError
        return " ".join(wanted)


class ClientCredentialsGrant(_Ours, grants.ClientCredentialsGrant):
    def validate_token_request(self) -> None:
        self.authenticate()
        sent = self.request.payload.data
        about_people = {OPENID, OFFLINE, "profile", "email"}
        allowed = [word for word in self.application.scopes if word not in about_people]
        wanted = sent.get("scope", "").split() or allowed
        if not wanted or not set(wanted) <= set(allowed):
            raise InvalidScopeError
        self.request.scope = " ".join(dict.fromkeys(wanted))
        if sent.get("resource", "") not in ("", *self.application.resources):
            raise InvalidTargetError("This resource is not registered for the client.")

    @hooked
    def create_token_response(self) -> Answer:
        pair = services.open_client_token(
            self.application,
            scope=self.request.scope,
            resource=self.request.payload.data.get("resource", ""),
        )
        return self.answer(pair)


class DeviceCodeGrant(_Ours, grants.BaseGrant, grants.TokenEndpointMixin):
    GRANT_TYPE = DEVICE_CODE_GRANT_TYPE

    def validate_token_request(self) -> None:
        self.authenticate()
        secret = self.request.payload.data.get("device_code", "")
        self.request.credential = services.device_grant_of(secret, self.application)
        if self.request.credential is None:
            raise InvalidGrantError("Invalid 'device_code' in request.")

    def create_token_response(self) -> Answer:
        return self.answer(services.redeem_device(self.request.credential, self.application))
