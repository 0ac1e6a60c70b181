"""/api/v1/me/factors…: one's second factors, set up and looked after by an app."""

from typing import Any, ClassVar, cast

from django.utils.translation import gettext as _
from rest_framework import serializers, status

from accounts.mfa import selectors
from accounts.mfa import services as mfa
from accounts.mfa.flows import Flow, Purpose
from accounts.mfa.models import Kind, TrustedBrowser
from accounts.mfa.trust import distrust
from accounts.provider.models import AccessToken
from mago.core.errors import NotFound
from mago.core.guards import SIGNED_IN
from mago.core.keyset import Listing

from ..account_shapes import FactorSerializer
from ..bodies import Body, DocumentField
from ..resources import Resource, acted, changed, listed, read, removed, told
from ..serializers import EmailField, SecretField, TextField

METHODS = [kind.value for kind in selectors.SECOND_FACTORS]
LARGEST_CREDENTIAL = 64 * 1024


class FactorsSerializer(serializers.Serializer[Any]):
    results = FactorSerializer(many=True)
    allowed = serializers.ListField(
        child=serializers.CharField(), help_text="The methods that I may set up."
    )
    recovery_codes = serializers.IntegerField(help_text="How many are left.")


class EnrolBody(Body):
    example: ClassVar = {"method": "totp", "name": "Telephone"}

    method = serializers.ChoiceField(choices=METHODS)
    name = TextField(max_length=60, required=False, default="", allow_blank=True)
    number = TextField(max_length=40, required=False, help_text="For `sms`, with its country code.")
    address = EmailField(required=False, help_text="For `email`; else that of the account.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if data["method"] == Kind.SMS and "number" not in data:
            raise serializers.ValidationError({"number": [_("This field is required.")]})
        return data


class EnrolmentSerializer(serializers.Serializer[Any]):
    """What is needed to give the first working answer. Shown once."""

    method = serializers.CharField()
    secret = serializers.CharField(required=False, help_text="For `totp`, in base32.")
    uri = serializers.CharField(required=False, help_text="For `totp`: otpauth://…")
    options = serializers.DictField(required=False, help_text="For `passkey` (WebAuthn).")
    sent_to = serializers.CharField(required=False, help_text="Where a code is on its way to.")


class ConfirmFactorBody(Body):
    example: ClassVar = {"method": "totp", "code": "123456"}

    method = serializers.ChoiceField(choices=METHODS)
    name = TextField(max_length=60, required=False, default="", allow_blank=True)
    code = SecretField(required=False)
    credential = DocumentField(required=False, longest=LARGEST_CREDENTIAL)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        wanted = "credential" if data["method"] == Kind.PASSKEY else "code"
        if wanted not in data:
            raise serializers.ValidationError({wanted: [_("This field is required.")]})
        return data | {"answer": data[wanted]}


class FactorNameBody(Body):
    example: ClassVar = {"name": "Telephone"}

    name = TextField(max_length=60, allow_blank=True)


class RecoveryCodesSerializer(serializers.Serializer[Any]):
    codes = serializers.ListField(child=serializers.CharField(), help_text="Never shown again.")


class TrustedBrowserSerializer(serializers.Serializer[Any]):
    """A browser in which no second factor is asked for."""

    changing = ("last_used_at",)

    id = serializers.UUIDField()
    browser = serializers.CharField(source="label", help_text="In words.")
    address = serializers.IPAddressField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


def _flow(view: Resource) -> Flow:
    """This sign-in of this app: what it began nobody else finishes."""
    family = cast(AccessToken, view.request.auth).family_id
    return Flow(f"family:{family}", Purpose.ENROL, view.actor)


class MyFactors(Resource):
    access = SIGNED_IN
    changes = {"POST": SIGNED_IN}
    asks_again = frozenset({"POST"})

    @told(FactorsSerializer, summary="My second factors, and which I may set up")
    def get(self) -> dict[str, Any]:
        allowed = selectors.kinds_for(self.actor)
        return {
            "results": selectors.factors_of(self.actor),
            "allowed": [kind.value for kind in selectors.SECOND_FACTORS if kind in allowed],
            "recovery_codes": selectors.unused_recovery_codes(self.actor),
        }

    @acted(
        EnrolBody,
        EnrolmentSerializer,
        summary="Begin to set a factor up",
        description="It is mine once `confirm` was given its first working answer; one that waited before is gone.",
        code=status.HTTP_201_CREATED,
    )
    def post(self, method: str, name: str, **details: str) -> dict[str, Any]:
        if method == Kind.EMAIL:
            details.setdefault("address", self.actor.email)
        made = mfa.enrol_factor(
            user=self.actor, kind=method, name=name, flow=_flow(self), **details
        )
        told = ("secret", "uri", "options", "sent_to")
        return {"method": method} | {n: v for n, v in made.shown.items() if n in told}


class ConfirmFactor(Resource):
    access = SIGNED_IN
    changes = {"POST": SIGNED_IN}
    asks_again = frozenset({"POST"})

    @acted(
        ConfirmFactorBody,
        FactorSerializer,
        summary="Finish setting a factor up",
        description="`401 invalid_code` leaves it waiting. Its owner is told by mail.",
        code=status.HTTP_201_CREATED,
    )
    def post(self, method: str, name: str, answer: Any, **given: Any) -> Any:
        flow = _flow(self)
        waiting = None
        if method != Kind.PASSKEY:
            waiting = selectors.waiting_factor(self.actor, method, flow.id)
            if waiting is None:
                raise NotFound(_("No factor of this kind is being set up here."))
        return mfa.confirm_factor(
            user=self.actor, kind=method, flow=flow, factor=waiting, answer=answer, name=name
        )


class MyFactor(Resource):
    access = SIGNED_IN
    changes = {"PATCH": SIGNED_IN, "DELETE": SIGNED_IN}
    asks_again = frozenset({"DELETE"})

    def row(self) -> Any:
        if self.kwargs["method"] not in METHODS:
            raise NotFound
        return selectors.factor_for(self.actor, self.kwargs["method"], self.kwargs["key"])

    get = read(FactorSerializer, summary="One of my factors")

    @changed(FactorNameBody, FactorSerializer, summary="Rename a factor")
    def patch(self, row: Any, name: str = "") -> None:
        mfa.rename_factor(factor=row, name=name, actor=self.actor)

    @removed(
        FactorSerializer,
        summary="Remove a factor",
        description="`409 policy_demands_factor`, `409 last_way_in`, `409 sms_alone`.",
    )
    def delete(self, row: Any) -> None:
        mfa.remove_factor(factor=row, actor=self.actor)


class RecoveryCodes(Resource):
    access = SIGNED_IN
    changes = {"POST": SIGNED_IN}
    asks_again = frozenset({"POST"})

    @acted(
        None,
        RecoveryCodesSerializer,
        summary="Ten new recovery codes; the former ones open nothing any more",
        code=status.HTTP_201_CREATED,
    )
    def post(self) -> dict[str, Any]:
        return {"codes": mfa.new_recovery_codes(user=self.actor, flow=_flow(self))}


class MyBrowsers(Resource):
    access = SIGNED_IN

    @listed(TrustedBrowserSerializer, summary="The browsers that are trusted")
    def get(self) -> Listing:
        return Listing((selectors.trusted_browsers_of(self.actor),), key=("last_used_at", "id"))


class MyBrowser(Resource):
    access = SIGNED_IN
    changes = {"DELETE": SIGNED_IN}

    def row(self) -> TrustedBrowser:
        found = selectors.trusted_browsers_of(self.actor).filter(pk=self.kwargs["browser_id"])
        if (browser := found.first()) is None:
            raise NotFound
        return browser

    get = read(TrustedBrowserSerializer, summary="One trusted browser")

    @removed(TrustedBrowserSerializer, summary="Ask for the second factor there again")
    def delete(self, row: TrustedBrowser) -> None:
        distrust(row, actor=self.actor)
