"""allauth's hooks, set so that nothing but our stages decides and nothing but our doors open."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from mago.core.http import safe_next

from .stages import STAGES


class AccountAdapter(DefaultAccountAdapter):
    def get_login_stages(self) -> list[str]:
        return STAGES

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Every question is a stage."""
        return None

    def login(self, request: HttpRequest, user: Any) -> None:
        raise AssertionError("the last stage opens the door")

    def is_safe_url(self, url: str | None) -> bool:
        return safe_next(url) is not None
