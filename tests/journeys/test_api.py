"""The same journey by a native app, as docs/api.md tells it."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.conftest import PASSWORD
from tests.running import Site

pytestmark = [pytest.mark.journey, pytest.mark.first]


def call(site: Site, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
    request = urllib.request.Request(f"{site.base}/api/v1/{path}", method=method)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.loads(answer.read() or "null")
    except urllib.error.HTTPError as answer:
        with answer:
            status, problem = answer.code, json.load(answer)
    assert problem["status"] == status
    return status, problem


def test_an_app_signs_somebody_up_in_on_and_out(site: Site) -> None:
    words = {"email": "charlie@example.com", "password": PASSWORD}
    assert call(site, "POST", "auth/signup", words)[0] == 202
    assert call(site, "POST", "auth/login", words)[0] == 401

    key = site.link_to(words["email"], "/confirm-email/").rstrip("/").rsplit("/", 1)[1]
    assert call(site, "POST", "auth/confirm-email", {"key": key}) == (
        200,
        {"email": words["email"]},
    )
    status, problem = call(site, "POST", "auth/confirm-email", {"key": key})
    assert (status, problem["code"]) == (400, "link_invalid")

    status, pair = call(site, "POST", "auth/login", words)
    assert (status, pair["token_type"]) == (200, "Bearer")
    status, me = call(site, "GET", "me", token=pair["access_token"])
    assert (status, me["email"], me["email_confirmed"]) == (200, words["email"], True)

    status, new = call(site, "POST", "auth/refresh", {"refresh_token": pair["refresh_token"]})
    assert status == 200
    assert (
        call(site, "PATCH", "me", {"name": "Charlie"}, new["access_token"])[1]["name"] == "Charlie"
    )

    assert call(site, "POST", "auth/logout", {}, new["access_token"])[0] == 204
    for token in (pair["access_token"], new["access_token"]):
        status, problem = call(site, "GET", "me", token=token)
        assert (status, problem["code"]) == (401, "invalid_token")
    assert call(site, "POST", "auth/refresh", {"refresh_token": new["refresh_token"]})[0] == 401


def test_the_description_is_served(site: Site) -> None:
    with urllib.request.urlopen(f"{site.base}/api/v1/schema/?format=json", timeout=20) as answer:
        described = json.load(answer)
    assert described["openapi"].startswith("3.1")
    assert "/api/v1/auth/login" in described["paths"]
