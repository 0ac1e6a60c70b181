"""Many at once, for programs: a dry run, its start by somebody who has just proved who they are, and its undoing."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.models import Invitation
from accounts.models import User
from accounts.provider.models import TokenFamily
from mago.jobs import running
from mago.jobs.models import Job
from tests.conftest import App


@pytest.fixture
def admin(app_of: Any, dora: Any) -> App:
    return app_of(dora)  # type: ignore[no-any-return]


def test_many_are_disabled_after_a_look_and_enabled_again(
    admin: App, dora: Any, alice: Any, bob: Any
) -> None:
    named = [str(one.pk) for one in (alice, bob, dora)]
    made = admin.post("people/jobs", {"kind": "people.disable", "people": named})
    assert (made.status_code, made.json()["state"]) == (201, "draft")
    one = made["Location"].removeprefix("/api/v1/")
    (spared,) = admin.get(f"{one}/items?outcome=refused").json()["results"]
    assert (spared["label"], "yourself" in spared["message"]) == (dora.email, True)
    assert User.objects.filter(is_active=False).count() == 0
    assert admin.post(f"{one}/start").json()["errors"].keys() == {"reason"}
    assert admin.post(f"{one}/start", {"reason": "They left."}).status_code == 202
    assert admin.post(f"{one}/start", {"reason": "They left."}).json()["code"] == "already_started"
    running.run(Job.objects.get().pk)
    ended = admin.get(one).json()
    assert (ended["state"], ended["done"], ended["refused"]) == ("done", 2, 1)
    back = admin.post(f"{one}/undo").json()
    running.run(back["id"])
    assert User.objects.filter(is_active=False).count() == 0
    assert admin.post(f"{one}/undo").json()["code"] == "already_undone"
    assert [row["undoes"] for row in admin.get("jobs").json()["results"]] == [ended["id"], None]


def test_it_starts_only_by_a_fresh_proof_and_only_by_whoever_drafted_it(
    admin: App, dora: Any, acme: Any, owner: App
) -> None:
    body = {"kind": "people.end_sessions", "filters": {"q": "alice"}}
    one = admin.post("people/jobs", body)["Location"].removeprefix("/api/v1/")
    # Another one's is not there, whatever they may.
    assert owner.get(one).status_code == 404
    TokenFamily.objects.filter(user=dora).update(
        authenticated_at=timezone.now() - timedelta(minutes=11)
    )
    assert admin.post(f"{one}/start", {"reason": "x"}).json()["code"] == "step_up_required"
    assert admin.post(f"{one}/cancel").json()["state"] == "cancelled"


def test_a_list_of_people_is_invited_by_whoever_may(
    owner: App, stranger: App, acme: Any, alice: Any
) -> None:
    at = f"organizations/{acme.pk}/members/import"
    text = f"Mail;Ruolo\nann@example.com;guest\nno address;\n{alice.email};\n"
    made = owner.post(at, {"text": text}).json()
    assert (made["waiting"], made["refused"]) == (1, 2)
    owner.post(f"jobs/{made['id']}/start", {"reason": "New people."})
    running.run(made["id"])
    assert Invitation.objects.of(acme).get().email == "ann@example.com"
    assert owner.post(at, {"text": "\n"}).json()["code"] == "bad_list"
    assert owner.post(at, {"text": "a\nb\n", "columns": {"email": "Post"}}).json()["refused"] == 1
    assert stranger.post(at, {"text": text}).status_code == 404
