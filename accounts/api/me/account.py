"""/api/v1/me/{password,email}: by what one signs in."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers, status

from accounts.signin import services
from mago.core.guards import SIGNED_IN

from ..bodies import Body, KeyBody
from ..resources import Resource, acted
from ..serializers import DetailSerializer, EmailField, PasswordField


class PasswordBody(Body):
    current = PasswordField()
    password = PasswordField()


class EmailBody(Body):
    email = EmailField()
    password = PasswordField(required=False, default="", help_text="For who has one.")


class EmailSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()


class MyPassword(Resource):
    access = SIGNED_IN
    changes = {"POST": SIGNED_IN}

    @acted(
        PasswordBody,
        None,
        summary="Change my password",
        description="Every session and every program is signed out, this one too: sign in again.",
    )
    def post(self, current: str, password: str) -> None:
        services.change_password(user=self.actor, current=current, password=password)


class MyEmail(Resource):
    access = SIGNED_IN
    changes = {"POST": SIGNED_IN}
    asks_again = frozenset({"POST"})

    @acted(
        EmailBody,
        DetailSerializer,
        summary="Change my e-mail address",
        description="A link is sent to the new one; until it is opened, or its key is given, nothing changes.",
        code=status.HTTP_202_ACCEPTED,
    )
    def post(self, email: str, password: str) -> dict[str, Any]:
        services.request_email_change(user=self.actor, email=email, current=password)
        return {"detail": _("Look into your mail.")}


class ConfirmMyEmail(Resource):
    access = SIGNED_IN
    changes = {"POST": SIGNED_IN}

    @acted(KeyBody, EmailSerializer, summary="Confirm my new e-mail address")
    def post(self, key: str) -> Any:
        return services.confirm_email_change(key, user=self.actor)
