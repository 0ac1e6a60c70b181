"""One answer to each refusal, as a page and as problem details."""

import json
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.test import RequestFactory

from mago.core import errors
from mago.core.errors import (
    Busy,
    Conflict,
    Forbidden,
    NotFound,
    NotSignedIn,
    Refused,
    TooLarge,
    TooMany,
    problem,
    respond,
)

pytestmark = pytest.mark.one_database

KINDS = [(Refused(), 400), (NotSignedIn(), 401), (Forbidden(), 403), (NotFound(), 404), (Conflict(), 409), (TooLarge(), 413), (TooMany(3), 429), (Busy(), 503)]  # fmt: skip


@pytest.mark.parametrize(("refusal", "status"), KINDS)
def test_a_program_gets_problem_details(refusal: Refused, status: int) -> None:
    answer = respond(RequestFactory().get("/api/v1/x"), refusal)
    body = json.loads(answer.content)
    assert (answer.status_code, body["status"]) == (status, status)
    assert answer["Content-Type"] == "application/problem+json"
    assert body["type"] == f"urn:mago:problem:{refusal.code}"
    assert body["title"]
    assert body["detail"]


@pytest.mark.parametrize(("refusal", "status"), KINDS)
def test_a_person_gets_a_page(refusal: Refused, status: int) -> None:
    answer = respond(RequestFactory().get("/x"), refusal)
    assert answer.status_code == status
    assert b"<html" in answer.content


@pytest.mark.parametrize("path", ["/api/v1/x", "/x"])
@pytest.mark.parametrize("refusal", [TooMany(2.1), Busy()])
def test_who_may_try_again_is_told_when(path: str, refusal: Any) -> None:
    answer = respond(RequestFactory().get(path), refusal)
    assert answer["Retry-After"] == str(refusal.retry_after)


def test_a_wait_is_rounded_up_and_never_nothing() -> None:
    assert [TooMany(wait).retry_after for wait in (0.0, 0.2, 1.0, 1.01)] == [1, 1, 1, 2]


def test_fields_stand_under_errors_and_only_then() -> None:
    assert problem(Refused(fields={"a": ["b"]}))["errors"] == {"a": ["b"]}
    assert "errors" not in problem(Refused())


def test_what_was_sent_is_not_sent_back_as_markup() -> None:
    answer = respond(RequestFactory().get("/x"), Refused("<script>alert(1)</script>"))
    assert b"&lt;script&gt;alert(1)" in answer.content
    assert b"<script>alert" not in answer.content


def test_what_nobody_expected_says_nothing_of_its_cause() -> None:
    answer = errors.server_error(RequestFactory().get("/api/v1/x"))
    assert json.loads(answer.content)["code"] == "internal_error"


@pytest.mark.parametrize("path", ["/api/v1/me", "/accounts/login/"])
@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("gone")])
def test_a_database_that_is_away_is_something_to_come_back_for(path: str, error: Exception) -> None:
    request = RequestFactory().get(path)
    request.user = "nobody asks the database who this is"  # type: ignore[assignment]
    try:
        raise error
    except (OperationalError, InterfaceError):
        answer = errors.server_error(request)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert b"gone" not in answer.content


def test_a_fault_of_ours_is_not_called_a_pause() -> None:
    try:
        raise LookupError
    except LookupError:
        assert errors.server_error(RequestFactory().get("/api/v1/me")).status_code == 500


def test_a_form_that_is_out_of_date_is_not_called_a_lack_of_permission() -> None:
    answer = errors.csrf_failure(RequestFactory().post("/admincenter/"))
    assert answer.status_code == 403
    assert "This form is out of date" in answer.content.decode()
    assert "You may not open this page" not in answer.content.decode()
