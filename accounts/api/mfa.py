"""/api/v1/auth/…: the second step, and the doors without a password."""

from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access.methods import SignInMethod
from accounts.mfa import selectors
from accounts.mfa import services as mfa
from accounts.mfa.flows import Flow, Purpose
from accounts.mfa.models import Factor, Kind, Passkey, RecoveryDevice
from accounts.organizations.selectors import demand_on
from accounts.sessions import pipeline
from accounts.sessions.assurance import Proof
from accounts.sessions.pipeline import Pending
from accounts.signin import services, transactions
from accounts.signin.models import PendingSignIn
from mago.core.errors import NotFound
from mago.core.ids import digest, new_secret

from . import serializers as shapes
from .described import extend_schema
from .doors import through_api
from .permissions import PUBLIC
from .views import PROBLEM, REFUSAL, cleaned


class ChallengeSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"method": "sms"}

    transaction = shapes.SecretField()
    method = serializers.ChoiceField(choices=Kind.choices)
    factor = serializers.IntegerField(required=False, min_value=1, max_value=2**62)


class VerifySerializer(ChallengeSerializer):
    example: ClassVar = {"method": "totp", "code": "123456"}

    code = shapes.SecretField(required=False)
    credential = serializers.JSONField(required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        wanted = "credential" if data["method"] == Kind.PASSKEY else "code"
        if wanted not in data:
            raise serializers.ValidationError({wanted: _("This field is required.")})
        return data | {"answer": data[wanted]}


class QuestionSerializer(serializers.Serializer[Any]):
    """What was put: where a code is on its way to, or options for the platform's passkey interface."""

    sent_to = serializers.CharField(required=False)
    options = serializers.DictField(required=False)


class TransactionSerializer(serializers.Serializer[Any]):
    transaction = serializers.CharField()
    options = serializers.DictField(required=False)
    detail = serializers.CharField(required=False)


class CodeRequestSerializer(serializers.Serializer[Any]):
    email = shapes.EmailField()


class CodeSerializer(serializers.Serializer[Any]):
    transaction = shapes.SecretField()
    email = shapes.EmailField()
    code = shapes.SecretField()


class CredentialSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"credential": {"id": "Zk4s…", "type": "public-key", "response": {}}}

    transaction = shapes.SecretField()
    credential = serializers.JSONField()


class Challenge(APIView):
    access = PUBLIC

    @extend_schema(
        summary="Put the question of a second factor",
        description="For `email` and `sms` a code is sent; for `passkey` the answer holds `options` for the "
        "platform. `totp` and `recovery` need no question. Without `factor` the one used last is meant.",
        request=ChallengeSerializer,
        responses={200: QuestionSerializer, **REFUSAL},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        data = cleaned(ChallengeSerializer, request)
        row, pending = _waiting(request, data["transaction"])
        factor = _factor(row, pending, data)
        if isinstance(factor, RecoveryDevice):
            return Response({})
        return Response(mfa.begin(_flow(pending), factor))


class Verify(APIView):
    access = PUBLIC

    @extend_schema(
        summary="Give a second factor",
        description="Tokens, or a problem: `invalid_code`, `rate_limited`, `sign_in_expired`.",
        request=VerifySerializer,
        responses={200: shapes.TokenPairSerializer, **REFUSAL},
        auth=[],
    )
    def post(self, request: Request) -> HttpResponseBase:
        data = cleaned(VerifySerializer, request)
        row, pending = _waiting(request, data["transaction"])
        factor = _factor(row, pending, data)
        proof = mfa.verify(_flow(pending), factor, data["answer"])
        transactions.use(row)
        name = factor.persistent_id if factor.pk else factor.kind.value
        return pipeline.resume(request._request, proof, name)


class PasskeyOptions(APIView):
    access = PUBLIC

    @extend_schema(
        summary="Begin a sign-in by passkey",
        description="`options` go to the platform's passkey interface; its answer, with `transaction`, to `passkey/verify`.",
        request=None,
        responses={200: TransactionSerializer, **PROBLEM},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        secret = new_secret()
        asked = mfa.begin_passkey(Flow(digest(secret), Purpose.PASSWORDLESS))
        return Response({"transaction": secret, "options": asked["options"]})


class PasskeyVerify(APIView):
    access = PUBLIC

    @extend_schema(
        summary="Sign in by passkey",
        description="With the answer of the platform's passkey interface. A passkey that verified its person is two factors.",
        request=CredentialSerializer,
        responses={200: shapes.TokenPairSerializer, **REFUSAL},
        auth=[],
    )
    def post(self, request: Request) -> HttpResponseBase:
        data = cleaned(CredentialSerializer, request)
        flow = Flow(digest(data["transaction"]), Purpose.PASSWORDLESS)
        user, passkey, proof = mfa.verify_passkey(flow, data["credential"])
        return pipeline.sign_in(
            through_api(request._request),
            user,
            method=SignInMethod.PASSKEY,
            proof=proof,
            factor=passkey.persistent_id,
        )


class RequestCode(APIView):
    access = PUBLIC

    @extend_schema(
        summary="Have a sign-in code mailed",
        description="The answer is the same whether or not the address is known.",
        request=CodeRequestSerializer,
        responses={202: TransactionSerializer, **PROBLEM},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        _demand_codes()
        secret = new_secret()
        services.send_sign_in_code(
            email=cleaned(CodeRequestSerializer, request)["email"], flow=digest(secret)
        )
        answer = {"transaction": secret, "detail": _("Look into your mail.")}
        return Response(answer, status.HTTP_202_ACCEPTED)


class CodeVerify(APIView):
    access = PUBLIC

    @extend_schema(
        summary="Sign in by a mailed code",
        description="Only with the `transaction` that the code was asked for with.",
        request=CodeSerializer,
        responses={200: shapes.TokenPairSerializer, **REFUSAL},
        auth=[],
    )
    def post(self, request: Request) -> HttpResponseBase:
        _demand_codes()
        data = cleaned(CodeSerializer, request)
        user = services.check_sign_in_code(
            email=data["email"], flow=digest(data["transaction"]), code=data["code"]
        )
        return pipeline.sign_in(
            through_api(request._request),
            user,
            method=SignInMethod.CODE,
            proof=Proof.MAILED_CODE,
        )


def _demand_codes() -> None:
    if not settings.SIGN_IN_BY_CODE:
        raise NotFound


def _waiting(request: Request, secret: str) -> tuple[PendingSignIn, Pending]:
    """The sign-in that waits under that name; NothingPending."""
    row = transactions.find(secret)
    pending = pipeline.pending(through_api(request._request, row.state))
    if pending is None:
        raise pipeline.NothingPending
    return row, pending


def _factor(row: PendingSignIn, pending: Pending, data: dict[str, Any]) -> Factor:
    """The factor that is meant; NotFound where the person has no such one, or may not use it."""
    kind = data["method"]
    if kind == Kind.RECOVERY:
        return RecoveryDevice(user=row.user)
    wanted = demand_on(row.user).strength_at(timezone.now())
    for factor in selectors.offered(row.user, pending.sign_in.proofs, wanted):
        if factor.kind == kind and data.get("factor") in (None, factor.pk):
            factor.user = row.user
            # Unless one is named the person chooses among their passkeys.
            return (
                Passkey(user=row.user)
                if kind == Kind.PASSKEY and not data.get("factor")
                else factor
            )
    raise NotFound


def _flow(pending: Pending) -> Flow:
    return Flow(pending.sign_in.flow, Purpose.SIGN_IN, pending.user)
