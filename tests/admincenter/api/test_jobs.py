"""Many at once, for programs: a dry run, its start by somebody who has just proved who they are, and its undoing."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.access.models import Invitation
from accounts.models import User
from accounts.provider.models import Application, TokenFamily
from accounts.provider.services import create_application
from accounts.provider.services.families import open_granted
from mago.audit.tags import Tag
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


@pytest.fixture
def wiki_of(db: None) -> Any:
    """Wiki, which somebody has just let do so much in their name."""

    def let(user: Any, scope: str) -> App:
        application, _secret = create_application(
            name="Wiki",
            type="public",
            redirect_uris=["https://wiki.example/back"],
            scopes=[scope],
            actor=None,
        )
        app, now = App(), timezone.now()
        family = TokenFamily(
            user=user,
            application=application,
            scope=scope,
            method="password",
            proofs="password",
            authenticated_at=now,
            last_used_at=now,
        )
        app.token = open_granted(family).access_token
        return app

    return let


def test_an_application_that_may_only_read_neither_starts_a_job_nor_takes_one_back(
    admin: App, wiki_of: Any, dora: Any, alice: Any, bob: Any
) -> None:
    def drafted(person: Any) -> str:
        body = {"kind": "people.disable", "people": [str(person.pk)]}
        return admin.post("people/jobs", body)["Location"].removeprefix("/api/v1/")  # type: ignore[no-any-return]

    done, left, wiki = drafted(alice), drafted(bob), wiki_of(dora, "api:read")
    admin.post(f"{done}/start", {"reason": "x"})
    running.run(UUID(done.removeprefix("jobs/")))
    assert wiki.get(left).json()["state"] == "draft"
    for tried in (f"{left}/start", f"{left}/cancel", f"{done}/undo"):
        refused = wiki.post(tried, {"reason": "x"} if tried.endswith("start") else {})
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert admin.get(left).json()["state"] == "draft"
    assert Job.objects.filter(undoes__isnull=False).count() == 0


def test_what_an_application_starts_is_done_by_what_it_may_itself(
    owner: App, wiki_of: Any, acme: Any, alice: Any
) -> None:
    """Who may do what is no application's to say, whoever had drafted it."""
    text = "email,role\nann@example.com,guest\n"
    made = owner.post(f"organizations/{acme.pk}/members/import", {"text": text}).json()
    started = wiki_of(alice, "api").post(f"jobs/{made['id']}/start", {"reason": "x"})
    assert started.status_code == 202
    running.run(made["id"])
    assert owner.get(f"jobs/{made['id']}").json()["refused"] == 1
    assert not Invitation.objects.of(acme).exists()


def test_what_an_application_does_in_somebodys_name_says_which_one_it_was(
    admin: App, wiki_of: Any, acme: Any, dora: Any, *, alice: Any, events: Any
) -> None:
    """At once and by a job that it starts; what they do themselves does not."""
    wiki = wiki_of(dora, "api")
    application = Application.objects.everywhere(reason="the only one").get()
    through = [str(application.pk), "Wiki"]
    for app, expected in ((wiki, through), (admin, None)):
        body = {"name": f"Hall {expected}", "time_zone": "UTC"}
        assert app.post(f"organizations/{acme.pk}/sites", body).status_code == 201
        event = events(Tag.SITE_CREATED)[-1]
        assert (event.actor_id, event.detail.get("through")) == (dora.pk, expected)
    drafted = admin.post("people/jobs", {"kind": "people.disable", "people": [str(alice.pk)]})
    one = drafted.json()["id"]
    assert wiki.post(f"jobs/{one}/start", {"reason": "x"}).status_code == 202
    running.run(UUID(one))
    (event,) = events(Tag.PERSON_DISABLED)
    assert (event.actor_id, event.detail["through"]) == (dora.pk, through)


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
    for broken in ("\n", '"e"mail\n', "e\rmail\n"):
        assert owner.post(at, {"text": broken}).json()["code"] == "bad_list"
    assert owner.post(at, {"text": "a\nb\n", "columns": {"email": "Post"}}).json()["refused"] == 1
    assert stranger.post(at, {"text": text}).status_code == 404


@pytest.fixture
def files_of_exports(settings: Any, tmp_path: Any) -> None:
    settings.EXPORT_DIR = tmp_path


def test_a_list_is_exported_and_its_file_taken_by_a_fresh_proof(
    admin: App, owner: App, dora: Any, acme: Any, files_of_exports: Any
) -> None:
    wrong = admin.post("people/exports", {"format": "csv", "filters": {"state": "flying"}})
    assert (wrong.status_code, wrong.json()["errors"].keys()) == (400, {"state"})
    assert owner.post("people/exports", {"format": "csv"}).status_code == 403
    made = admin.post("people/exports", {"format": "jsonl", "filters": {"q": "alice"}})
    one = made["Location"].removeprefix("/api/v1/")
    assert made.json()["export"] == {"rows": 0, "size": 0, "cut": False, "expires_at": None}
    assert admin.get(f"{one}/file").status_code == 404
    running.run(made.json()["id"])
    assert admin.get(one).json()["export"]["rows"] == 1
    file: Any = admin.get(f"{one}/file")
    assert b"alice@example.com" in b"".join(file.streaming_content)
    assert owner.get(f"{one}/file").status_code == 404
    theirs = owner.post(f"organizations/{acme.pk}/members/exports", {"format": "csv"})
    assert theirs.status_code == 201
    TokenFamily.objects.filter(user=dora).update(
        authenticated_at=timezone.now() - timedelta(minutes=11)
    )
    assert admin.get(f"{one}/file").json()["code"] == "step_up_required"
