"""Native apps sign people in (contract: docs/api.md)."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.access.guards import actor
from accounts.access.services import sign_out_everywhere
from accounts.provider.models import AccessToken
from accounts.provider.services import revoke_family, rotate
from accounts.sessions import pipeline
from accounts.sessions.assurance import Proof
from accounts.signin import services
from mago.core.guards import PUBLIC, SIGNED_IN

from . import directories
from . import serializers as shapes
from .described import extend_schema
from .doors import through_api
from .quick import QuickView, answer

PROBLEM = {400: shapes.ProblemSerializer, 429: shapes.ProblemSerializer}
REFUSAL = {**PROBLEM, 401: shapes.ProblemSerializer, 403: shapes.ProblemSerializer}


def cleaned(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    form = serializer(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


class SignUp(APIView):
    access = PUBLIC

    @extend_schema(
        summary="Sign up",
        description="A mail with a link is sent. The answer is the same whether or not the address is known.",
        request=shapes.SignUpSerializer,
        responses={202: shapes.DetailSerializer, **PROBLEM},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        services.sign_up(**cleaned(shapes.SignUpSerializer, request))
        return Response({"detail": _("Look into your mail.")}, status.HTTP_202_ACCEPTED)


class ConfirmEmail(APIView):
    access = PUBLIC

    @extend_schema(
        summary="Confirm an address",
        description="`key` is what the link in the mail holds between `/confirm-email/` and the last slash. It works once. "
        "An app in which the person did not just sign up asks for a password and sends it along: it takes the place of "
        "the one that was chosen at the sign-up, perhaps by a stranger.",
        request=shapes.ConfirmSerializer,
        responses={200: shapes.ConfirmedSerializer, **PROBLEM},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        data = cleaned(shapes.ConfirmSerializer, request)
        user = services.confirm_sign_up(data["key"], password=data.get("password"))
        return Response({"email": user.email})


class SignIn(APIView):
    access = PUBLIC

    @extend_schema(
        summary="Sign in",
        description="Tokens, or a problem whose `code` says what is in the way: `invalid_credentials`, "
        "`account_disabled`, `rate_limited`.",
        request=shapes.SignInSerializer,
        responses={200: shapes.TokenPairSerializer, **REFUSAL},
        examples=[
            OpenApiExample(
                "request", {"email": "ada@example.com", "password": "…"}, request_only=True
            )
        ],
        auth=[],
    )
    def post(self, request: Request) -> HttpResponseBase:
        shown = cleaned(shapes.SignInSerializer, request)
        door = through_api(request._request)
        if (provider := directories.directory_for(shown["email"])) is not None:
            return directories.sign_in(door, provider, **shown)
        user = services.check_password(**shown)
        return pipeline.sign_in(door, user, method="password", proof=Proof.PASSWORD)


class Refresh(APIView):
    access = PUBLIC

    @extend_schema(
        summary="Get a new pair of tokens",
        description="The refresh token is used up. Using it again later ends the whole sign-in: somebody has stolen it.",
        request=shapes.RefreshSerializer,
        responses={200: shapes.TokenPairSerializer, **REFUSAL},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        return Response(
            rotate(cleaned(shapes.RefreshSerializer, request)["refresh_token"]).as_response()
        )


class Logout(APIView):
    access = SIGNED_IN

    @extend_schema(
        summary="Sign out",
        description="The tokens of this program are dead at once.",
        request=shapes.LogoutSerializer,
        responses={204: None, **REFUSAL},
    )
    def post(self, request: Request) -> Response:
        if cleaned(shapes.LogoutSerializer, request)["everywhere"]:
            sign_out_everywhere(actor(request), actor=actor(request), reason="by the person")
        else:
            revoke_family(
                cast(AccessToken, request.auth).family, actor=actor(request), reason="signed out"
            )
        return Response(status=status.HTTP_204_NO_CONTENT)


class RequestReset(APIView):
    access = PUBLIC

    @extend_schema(
        summary="Ask for a link to reset a password",
        description="The answer is the same whether or not the address is known.",
        request=shapes.ResetRequestSerializer,
        responses={202: shapes.DetailSerializer, **PROBLEM},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        services.request_password_reset(**cleaned(shapes.ResetRequestSerializer, request))
        return Response({"detail": _("Look into your mail.")}, status.HTTP_202_ACCEPTED)


class Reset(APIView):
    access = PUBLIC

    @extend_schema(
        summary="Set a new password",
        description="Ends every session and program of the person. Signs nobody in.",
        request=shapes.ResetSerializer,
        responses={204: None, **PROBLEM},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        data = cleaned(shapes.ResetSerializer, request)
        services.reset_password(secret=data["key"], password=data["password"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class Me(QuickView):
    access = SIGNED_IN

    @extend_schema(
        summary="Who am I?", responses={200: shapes.MeSerializer, 401: shapes.ProblemSerializer}
    )
    def get(self, request: Request | HttpRequest) -> HttpResponse:
        return answer(shapes.me(actor(request)))

    @extend_schema(
        summary="Change my profile",
        request=shapes.MeSerializer,
        responses={200: shapes.MeSerializer, **REFUSAL},
    )
    def patch(self, request: Request) -> Response:
        form = shapes.MeSerializer(request.user, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        me = actor(request)
        wanted = {"name": me.name, "language": me.language} | form.validated_data
        services.change_profile(user=me, actor=me, **wanted)
        return Response(shapes.MeSerializer(request.user).data)
