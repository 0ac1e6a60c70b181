"""The providers that pages offer."""

from typing import Any

from django import template

from accounts.models import User

from .. import selectors
from ..providers import Provider

register = template.Library()


@register.simple_tag
def sign_in_providers() -> list[Provider]:
    """Those by which people may sign in now. One query."""
    return selectors.enabled()


@register.simple_tag
def proving_providers(user: Any) -> list[Provider]:
    """Those that can prove again that it is `user`, who has nothing else to prove it with."""
    return selectors.provable_with(user) if isinstance(user, User) else []
