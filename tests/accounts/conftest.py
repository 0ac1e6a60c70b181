"""What a browser and an app do at the entrance, in a word each."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse

from accounts.models import User
from mago.core.ratelimit import Limit
from tests.conftest import PASSWORD, Browser
from tests.races import real_database

__all__ = ["real_database"]

OTHER = "nine otters paint the quiet harbour"
UNKNOWN = "nobody@example.com"


def sign_up(browser: Browser, email: str, password: str = PASSWORD, **fields: Any) -> Any:
    return browser.post("/accounts/signup/", {"email": email, "password1": password, **fields})


def sign_in(browser: Browser, email: str, password: str = PASSWORD, **fields: Any) -> Any:
    return browser.post("/accounts/login/", {"login": email, "password": password, **fields})


def is_signed_in(browser: Browser) -> bool:
    return bool(browser.get("/accounts/").status_code == 200)


def use_up(limit: Limit, *key: str) -> int:
    """Nothing passes any more; how many passed. Bounded, as a limit that is broken has no end."""
    return [limit.try_take(*key) for _ in range(limit.count + 1)].count(0)


def text_of(response: Any) -> str:
    """The page, without what is different each time it is made."""
    page = response.content.decode()
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)
    page = re.sub(r'"request_id": ?"\w+"', "", page)
    return re.sub(r"\b[0-9a-f]{32}\b", "", page)


def seen(response: HttpResponse) -> tuple[int, dict[str, str], list[str], str]:
    """All that a stranger learns from an answer."""
    headers = {name: value for name, value in response.items() if name != "X-Request-ID"}
    return response.status_code, headers, sorted(response.cookies), text_of(response)


@pytest.fixture
def confirmed(browser: Browser, link_in: Callable[..., str]) -> Callable[..., User]:
    """Somebody who came all the way in by the pages, in the browser given or in one of their own."""

    def come_in(email: str, password: str = PASSWORD, using: Browser | None = None) -> User:
        using = using or Browser()
        sign_up(using, email, password)
        using.post(link_in("confirm_email", email))
        return User.objects.get(email=email)

    return come_in
