from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.signin.passwords import breach, check_password_rules


@pytest.fixture(autouse=True)
def _said_anew() -> None:
    """What is logged once is logged once in each test."""
    breach._say_once.cache_clear()


@pytest.fixture(scope="session")
def refusals() -> Callable[..., list[str]]:
    """The codes of all rules that a password breaks."""

    def codes(password: str, **context: Any) -> list[str]:
        try:
            check_password_rules(password, **context)
        except ValidationError as error:
            return [str(each.code) for each in error.error_list]
        return []

    return codes


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice.liddell@wonderland.example", name="Alice Liddell")
