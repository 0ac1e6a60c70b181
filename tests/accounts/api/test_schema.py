"""The description of the API: whole, unambiguous, and never changed without a word."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils.translation import get_language
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from accounts.api import pages
from accounts.api.announcing import facts_of, is_breaking
from accounts.api.described import whole
from accounts.api.examples import Maker
from tests.conftest import App

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def schema() -> Any:
    GENERATOR_STATS.reset()
    return whole()


def test_nothing_in_it_is_guessed(schema: Any) -> None:
    warned = {*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache}
    assert warned == set()


def test_a_change_is_announced(schema: Any) -> None:
    released = Path(settings.BASE_DIR, "docs", "api-schema.txt").read_text().splitlines()
    now = facts_of(schema)
    changes = set(released) ^ set(now)
    assert not changes, f"run manage.py announce_schema: {sorted(changes)[:10]}"


def test_what_breaks_a_client_is_told_from_what_does_not() -> None:
    before = {"/a#get", "/a#get query q: string", "ABody.x: string"}
    assert is_breaking({"/a#get query q: string"}, set(), before)
    assert is_breaking(set(), {"/a#get query r: string required"}, before)
    assert not is_breaking(set(), {"/a#get query r: string"}, before)
    sent, answered = "/a#get query q: (a|{})", "A.x: (a|{})"
    assert not is_breaking({sent.format("b")}, {sent.format("b|c")}, before)
    assert is_breaking({sent.format("b")}, {sent.format("c")}, before)
    assert is_breaking({answered.format("b")}, {answered.format("b|c")}, before)
    assert not is_breaking(set(), {"/b#post", "/b#post query r: string required"}, before)


def test_every_operation_says_what_it_is_and_who_may_call(schema: Any) -> None:
    wrong = [
        (path, method)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if not (operation.get("summary") and operation.get("description"))
        # Who signs in has nothing to show yet.
        or ("security" not in operation and not path.startswith("/api/v1/auth/"))
    ]
    assert wrong == []
    assert {"accessToken", "oauth2", "hubToken"} <= set(schema["components"]["securitySchemes"])


def test_each_body_and_each_answer_has_an_example_that_fits_it(schema: Any) -> None:
    described = json.loads(json.dumps(schema, default=str))
    wrong, seen = [], 0
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            answers = [one for code, one in operation["responses"].items() if code.startswith("2")]
            for part in (operation.get("requestBody", {}), *answers):
                for content in part.get("content", {}).values():
                    seen += 1
                    whole = content["schema"] | {"components": described["components"]}
                    example = content.get("example")
                    if example is None or not Draft202012Validator(whole).is_valid(example):
                        wrong.append((path, method, example))
    assert wrong == []
    assert seen > 400


def test_an_example_says_what_its_serializer_says() -> None:
    schemas = {"Site": {"type": "object", "properties": {"name": {"examples": ["Yard"]}}}}
    page = {"type": "object", "properties": {"site": {"$ref": "#/components/schemas/Site"}}}
    assert Maker(schemas, is_sent=False).value(page) == {"site": {"name": "Yard"}}
    # What is only ever answered is never sent.
    me = {"properties": {"id": {"readOnly": True, "type": "string"}, "on": {"type": "boolean"}}}
    assert Maker(schemas, is_sent=True).value(me) == {"on": True}


def test_its_pages_are_ours_and_hold_no_script(app: App) -> None:
    page = app.get("docs/")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert (
        "script-src" in page["Content-Security-Policy"]
        or "default-src 'none'" in (page["Content-Security-Policy"])
    )
    for name in (
        "/api/v1/organizations/{organization_id}/sites",
        "If-Match",
        "page_size",
        "ada@example.com",
    ):
        assert name in page.text
    assert 'src="http' not in page.text
    assert 'href="http' not in page.text


def test_its_pages_lead_home_and_to_how_it_is_used(app: App) -> None:
    page = app.get("docs/").content.decode()
    for way in ("/", "/docs/api/", "/api/v1/schema/"):
        assert f'href="{way}"' in page


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The languages in which a description was made; the descriptions are short ones."""
    languages: list[str] = []

    def short(self: Any, request: Any = None, public: bool = False) -> Any:
        languages.append(get_language())
        return {"openapi": "3.1.1"}

    # Memories of their own: what the process has made stays for others.
    for kept in ("description", "_written"):
        monkeypatch.setattr(pages, kept, lru_cache(getattr(pages, kept).__wrapped__))
    monkeypatch.setattr(SchemaGenerator, "get_schema", short)
    return languages


def test_whoever_asks_for_it_again_costs_nothing(made: list[str]) -> None:
    """It takes a second to make, and anybody may ask for it as often as they like."""
    app = App()
    for asked in ("", "?format=json", "?lang=it", "?lang=xx", "?version=1", "?lang=en"):
        answer = app.client.get(f"/api/v1/schema/{asked}")
        assert (answer.status_code, b"3.1.1" in answer.content) == (200, True)
    assert sorted(made) == ["en", "it"]
    assert answer["Content-Type"] == "application/vnd.oai.openapi; charset=utf-8"
