"""The kinds of factors, each one class with the same three verbs."""

from ..models import Kind
from .base import Method
from .email_code import EmailCode
from .passkey import PasskeyMethod
from .recovery import Recovery
from .sms_code import SmsCode
from .totp import Totp

METHODS: dict[str, Method] = {
    method.kind: method for method in (PasskeyMethod(), Totp(), SmsCode(), EmailCode(), Recovery())
}


def method_of(kind: str) -> Method:
    return METHODS[Kind(kind)]


__all__ = ["METHODS", "Method", "method_of"]
