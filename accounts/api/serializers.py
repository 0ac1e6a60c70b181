"""Shapes of requests and answers; what they mean is decided by services."""

from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import User, normalize_email
from mago.core.forms import unusable


class StringField(serializers.CharField):
    """A JSON string. The framework's field takes numbers too, and would make its own text of them."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


def _usable(value: str) -> str:
    if unusable(value):
        words = _("This contains characters that cannot be used here.")
        raise serializers.ValidationError(words, code="unusable")
    return value


class TextField(StringField):
    """A line of text as a person types one."""

    def to_internal_value(self, data: Any) -> str:
        return _usable(super().to_internal_value(data))


class EmailField(serializers.EmailField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        return normalize_email(_usable(super().to_internal_value(data)))


class PasswordField(StringField):
    """Exactly as sent; never in an answer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            trim_whitespace=False,
            write_only=True,
            max_length=settings.PASSWORD_MAX_LENGTH,
            style={"input_type": "password"},
            **kwargs,
        )


class SecretField(StringField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)


class SignUpSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"name": "Ada Lovelace"}

    email = EmailField()
    password = PasswordField()
    name = TextField(max_length=150, required=False, default="", allow_blank=True)
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES, required=False, default=get_language
    )


class ConfirmSerializer(serializers.Serializer[Any]):
    key = SecretField(help_text="The last part of the link in the mail.")
    password = PasswordField(required=False)


class SignInSerializer(serializers.Serializer[Any]):
    email = EmailField()
    password = PasswordField()


class RefreshSerializer(serializers.Serializer[Any]):
    refresh_token = SecretField()


class LogoutSerializer(serializers.Serializer[Any]):
    everywhere = serializers.BooleanField(
        default=False, help_text="End every session and every program of this person."
    )


class ResetRequestSerializer(serializers.Serializer[Any]):
    email = EmailField()


class ResetSerializer(serializers.Serializer[Any]):
    key = SecretField(help_text="The last part of the link in the mail.")
    password = PasswordField()


class TokenPairSerializer(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.CharField(default="Bearer")
    expires_in = serializers.IntegerField(help_text="Seconds for which the access token is good.")


class MeSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"name": "Ada Lovelace"}

    id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField(read_only=True)
    email_confirmed = serializers.BooleanField(read_only=True, source="is_confirmed")
    name = TextField(max_length=150, required=False, allow_blank=True)
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES,
        required=False,
        allow_blank=True,
        help_text="Empty: none is chosen; pages and mails speak the language that a browser asks for.",
    )
    created_at = serializers.DateTimeField(read_only=True)


def me(user: User) -> dict[str, Any]:
    """What MeSerializer gives, without the time that it takes."""
    return {
        "id": str(user.pk),
        "email": user.email,
        "email_confirmed": user.is_confirmed,
        "name": user.name,
        "language": user.language,
        "created_at": user.created_at.isoformat().replace("+00:00", "Z"),
    }


class DetailSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField()


class ConfirmedSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457. `code` is stable; `errors` maps fields to messages."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField(required=False)
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False
    )
