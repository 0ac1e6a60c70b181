"""People, messages, sign-in providers and the overview, by programs of administrators."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import grant_role
from accounts.federation.models import SocialProvider
from accounts.models import User
from accounts.provider.services import open_family
from accounts.sessions.models import Session
from mago.audit.tags import Tag
from mago.messaging.models import Message
from tests.conftest import App


@pytest.fixture
def admin(app_of: Callable[..., App], dora: Any) -> App:
    return app_of(dora)


def refused(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


@pytest.fixture
def session(alice: Any) -> Session:
    now = timezone.now()
    return Session.objects.create(
        session_key="x", user=alice, proofs="password", last_seen_at=now,
        expire_date=now + timedelta(hours=1),
    )  # fmt: skip


def test_people_are_found_and_shown_with_what_they_hold(
    admin: App, alice: Any, dora: Any, acme: Any, django_assert_max_num_queries: Any
) -> None:
    # PostgreSQL is first asked how many it expects.
    with django_assert_max_num_queries(5 + (connection.vendor == "postgresql")):
        assert [one["email"] for one in admin.get("people?q=ali").json()["results"]] == [
            "alice@example.com"
        ]
    assert [one["email"] for one in admin.get("people?state=administrators").json()["results"]] == [
        "dora@example.com"
    ]
    whole = admin.get(f"people/{alice.pk}").json()
    assert [(role["role"], role["organization"]) for role in whole["roles"]] == [
        ("organization-owner", str(acme.pk))
    ]
    assert "password" not in str(whole)
    assert admin.get(f"people/{uuid4()}").status_code == 404
    wrong = admin.get("people?joined=3").json()["errors"]
    assert list(wrong) == ["joined"]


@pytest.mark.parametrize(
    "path",
    ["people", "messages", "sign-in-providers", "overview", "audit", "audit/exports",
     "audit/streams", "audit/verifications", "audit/checkpoint"],
)  # fmt: skip
def test_who_administers_nothing_is_refused(owner: App, path: str) -> None:
    assert refused(owner.get(path)) == (403, "permission_denied")


def test_somebody_is_disabled_for_a_reason_and_enabled(
    admin: App, owner: App, alice: Any, events: Any
) -> None:
    missing = admin.post(f"people/{alice.pk}/disable")
    assert (missing.status_code, list(missing.json()["errors"])) == (400, ["reason"])
    assert owner.get("me").status_code == 200
    gone = admin.post(f"people/{alice.pk}/disable", {"reason": "left"})
    assert gone.json()["is_active"] is False
    assert owner.get("me").status_code == 401
    assert events("people:person:disabled")[-1].detail["reason"] == "left"
    assert admin.post(f"people/{alice.pk}/enable").json()["is_active"] is True


def test_nobody_disables_themselves_or_who_holds_more(admin: App, dora: Any) -> None:
    assert refused(admin.post(f"people/{dora.pk}/disable", {"reason": "x"})) == (409, "self")


@pytest.mark.usefixtures("acme")
def test_a_lost_factor_takes_two_administrators_where_much_hangs_on_it(
    admin: App, app_of: Any, person: Any, alice: Any, bob: Any
) -> None:
    code = admin.post(f"people/{bob.pk}/recover", {"reason": "lost telephone"}).json()["code"]
    assert len(code) > 10
    # alice owns Acme.
    assert admin.post(f"people/{alice.pk}/recover", {"reason": "lost"}).json() == {"code": None}
    assert refused(admin.post(f"people/{alice.pk}/recover", {"reason": "lost"})) == (
        409,
        "four_eyes",
    )
    waiting = admin.get(f"people/{alice.pk}").json()["recovery_request"]
    assert waiting["requested_by"]["email"] == "dora@example.com"
    second = person("second")
    grant_role(user=second, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
    granted = app_of(second).post(f"people/{alice.pk}/recover", {"reason": "seen"})
    assert granted.json()["code"]


def test_sessions_and_programs_are_seen_and_ended(
    admin: App, alice: Any, session: Session, mails: Any
) -> None:
    open_family(alice, method="password", proofs=["password"])
    (found,) = admin.get(f"people/{alice.pk}/sessions").json()["results"]
    assert (found["id"], found["proofs"]) == (str(session.id), ["password"])
    assert "x" not in (found["id"], found.get("session_key"))
    (program,) = admin.get(f"people/{alice.pk}/programs").json()["results"]
    assert program["application"] is None
    for path in (f"sessions/{found['id']}", f"programs/{program['id']}"):
        assert admin.delete(f"people/{alice.pk}/{path}").status_code == 204
        assert admin.delete(f"people/{alice.pk}/{path}").status_code == 404
    assert len(mails("ended_by_administrator", to=alice.email)) == 2


def test_another_person_s_session_is_not_found_under_somebody(
    admin: App, bob: Any, session: Session
) -> None:
    assert admin.delete(f"people/{bob.pk}/sessions/{session.id}").status_code == 404
    assert Session.objects.filter(pk=session.pk).exists()


def test_somebody_is_signed_out_everywhere_and_mailed_a_reset(
    admin: App, owner: App, alice: Any, mails: Any, events: Any
) -> None:
    assert admin.post(f"people/{alice.pk}/send-reset").status_code == 204
    out = admin.post(f"people/{alice.pk}/sign-out", {"reason": "Phished."})
    assert (out.status_code, events(Tag.SESSIONS_ENDED)[0].detail["reason"]) == (204, "Phished.")
    assert owner.get("me").status_code == 401
    assert mails("signin/reset_password", to=alice.email)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert refused(admin.post(f"people/{alice.pk}/send-reset")) == (409, "account_disabled")


class TestMessages:
    def test_are_listed_without_what_they_say_and_tried_again(
        self, admin: App, message: Any
    ) -> None:
        dead = message()
        (found,) = admin.get("messages?status=dead").json()["results"]
        assert (found["recipient"], found["can_be_retried"]) == ("charlie@example.com", True)
        assert "secret-in-the-body" not in str(found)
        assert admin.get(f"messages/{dead.pk}").json() == found
        assert admin.post(f"messages/{dead.pk}/retry").json()["status"] == "waiting"
        assert admin.post(f"messages/{dead.pk}/retry").status_code == 409
        message()
        assert admin.post("messages/retry-dead").json() == {"retried": 1, "useless": 0}
        assert not Message.objects.filter(status="dead").exists()
        assert list(admin.get("messages?status=lost").json()["errors"]) == ["status"]


class TestSignInProviders:
    PATH = "sign-in-providers/google"

    def put(self, app: App, body: Any, path: str = PATH) -> Any:
        return app.send("PUT", path, body, {"If-Match": app.get(path)["ETag"]})

    def test_are_set_up_and_switched_without_showing_the_secret(self, admin: App) -> None:
        kinds = [one["kind"] for one in admin.get("sign-in-providers").json()["results"]]
        assert kinds == ["google", "microsoft", "apple", "oidc"]
        assert refused(admin.post(f"{self.PATH}/enable")) == (404, "not_found")
        made = self.put(admin, {"client_id": "ours", "secret": "s3cret-of-google"})
        assert (made.json()["client_id"], made.json()["is_enabled"]) == ("ours", False)
        assert "s3cret-of-google" not in made.text
        assert SocialProvider.objects.get().secret == "s3cret-of-google"
        assert admin.post(f"{self.PATH}/enable").json()["is_enabled"] is True
        # For another client the secret is asked for again.
        again = self.put(admin, {"client_id": "theirs"})
        assert (again.status_code, list(again.json()["errors"])) == (400, ["secret"])
        assert admin.post(f"{self.PATH}/disable").json()["is_enabled"] is False

    @pytest.mark.parametrize(
        ("path", "body", "wrong"),
        [
            (PATH, {}, ["client_id"]),
            (PATH, {"client_id": "x", "issuer": "https://id.example"}, ["issuer"]),
            ("sign-in-providers/microsoft", {"client_id": "x", "secret": "y"}, ["tenant"]),
            ("sign-in-providers/microsoft", {"client_id": "x", "secret": "y", "tenant": "z"},
             ["tenant"]),
        ],
    )  # fmt: skip
    def test_name_what_is_wrong(self, admin: App, path: str, body: Any, wrong: list[str]) -> None:
        response = self.put(admin, body, path)
        assert (response.status_code, list(response.json()["errors"])) == (400, wrong)
        assert not SocialProvider.objects.exists()

    def test_a_kind_that_does_not_exist_is_not_found(self, admin: App) -> None:
        assert admin.get("sign-in-providers/facebook").status_code == 404
        answer = admin.send("PUT", "sign-in-providers/facebook", {"client_id": "x"})
        assert answer.status_code == 404


def test_the_overview_counts(admin: App, alice: Any, message: Any) -> None:
    message()
    told = admin.get("overview").json()
    assert told["people"] == {"number": 2, "more": False}
    assert told["messages_dead"]["number"] == 1
