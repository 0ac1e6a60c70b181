"""Shutting out and letting in again, for programs: by whoever may on the platform, with a reason."""

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import grant_role
from accounts.models import User
from accounts.privacy import running
from accounts.privacy.models import DataRequest
from accounts.sessions.models import Session
from accounts.standing.models import Lockdown
from tests.conftest import App, Browser

pytestmark = pytest.mark.one_database


def test_somebody_is_locked_down_and_let_in_again(app_of: Any, dora: Any, bob: Any) -> None:
    admin, his = app_of(dora), app_of(bob)
    assert his.get("me").status_code == 200
    assert admin.post(f"people/{bob.pk}/lock-down").json()["errors"].keys() == {"reason"}
    locked = admin.post(f"people/{bob.pk}/lock-down", {"reason": "Stolen."})
    assert (locked.status_code, locked.json()["person"]) == (201, str(bob.pk))
    assert his.get("me").status_code == 401
    (one,) = admin.get("lockdowns").json()["results"]
    lifted = admin.post(f"lockdowns/{one['id']}/lift", {"reason": "Found."})
    assert lifted.json()["lifted_because"] == "Found."
    assert admin.get("lockdowns").json()["results"] == []


def test_the_recycle_bin_gives_back_and_nobody_else_may(
    app_of: Any, owner: App, acme: Any, dora: Any, bob: Any
) -> None:
    admin = app_of(dora)
    for path in (f"people/{bob.pk}/delete", f"organizations/{acme.pk}/lock-down"):
        assert owner.post(path, {"reason": "Mine."}).status_code == 403
    assert not Lockdown.objects.exists()
    assert admin.post(f"people/{bob.pk}/delete", {"reason": "They left."}).status_code == 204
    bob.refresh_from_db()
    assert not bob.is_active
    assert admin.post(f"people/{bob.pk}/restore").status_code == 204
    asked = admin.post(f"people/{bob.pk}/copies", {"reason": "They asked."})
    assert (asked.status_code, asked.json()["id"]) == (
        202,
        admin.get(f"people/{bob.pk}/copies").json()["results"][0]["id"],
    )


def test_only_who_lies_in_the_recycle_bin_is_erased(
    app_of: Any, owner: App, dora: Any, bob: Any
) -> None:
    admin, path = app_of(dora), f"people/{bob.pk}/erase"
    why = {"reason": "They asked."}
    assert owner.post(path, why).status_code == 403
    assert admin.post(path, why).status_code == 409
    assert not DataRequest.objects.exists()
    admin.post(f"people/{bob.pk}/delete", why)
    assert admin.post(path).json()["errors"].keys() == {"reason"}
    assert admin.post(path, why).status_code == 204
    running.run(DataRequest.objects.get().pk)
    assert not User.objects.filter(pk=bob.pk).exists()
    assert admin.get(f"people/{bob.pk}").status_code == 404


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVACY_EXPORT_DIR = tmp_path
    return tmp_path


@pytest.fixture
def erin(person: Any) -> Any:
    """Administers the platform, as dora does."""
    found = person("erin")
    grant_role(user=found, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
    return found


def test_a_copy_is_downloaded_once_by_who_asked_and_nobody_else(
    app_of: Any, erin: Any, dora: Any, bob: Any, folder: Path
) -> None:
    admin, other = app_of(dora), app_of(erin)
    asked = admin.post(f"people/{bob.pk}/copies", {"reason": "They asked."}).json()
    file = f"people/{bob.pk}/copies/{asked['id']}/file"
    assert admin.get(file).status_code == 404  # not yet made
    running.run(DataRequest.objects.get().pk)
    (made,) = admin.get(f"people/{bob.pk}/copies").json()["results"]
    assert (made["state"], made["downloaded_at"]) == ("done", None)
    assert other.get(f"people/{bob.pk}/copies").json()["results"] == []
    assert other.get(file).status_code == 404
    assert admin.get(file.replace(str(bob.pk), str(erin.pk))).status_code == 404
    # Whoever only asks what it is has not taken it.
    assert admin.send("HEAD", file).status_code == 405
    answer = admin.get(file)
    assert "attachment" in answer["Content-Disposition"]
    assert b"bob@example.com" in b"".join(answer.streaming_content)
    assert admin.get(file).status_code == 404
    assert list(folder.iterdir()) == []


def test_live_sessions_are_found_with_whose_they_are(
    app_of: Any, owner: App, dora: Any, alice: Any, bob: Any
) -> None:
    admin = app_of(dora)
    for who in (alice, alice, bob):
        Browser().as_person(who)
    Session.objects.filter(user=bob).update(address="192.0.2.7")

    def emails(query: str = "") -> list[str]:
        rows = admin.get(f"sessions{query}").json()["results"]
        return [row["person"]["email"] for row in rows]

    assert emails() == [bob.email, alice.email, alice.email]
    assert emails("?person=alice@example.com&since=1") == [alice.email] * 2
    assert emails(f"?person={bob.pk}") == emails("?address=192.0.2.7") == [bob.email]
    page = admin.get("sessions?page_size=2").json()
    assert [len(page["results"]), page["next"] is None] == [2, False]
    kept = Session.objects.values_list("session_key", flat=True)
    assert not [key for key in kept if key in str(page)]
    wrong = admin.get("sessions?person=nobody@example.com&since=2")
    assert wrong.json()["errors"].keys() == {"person", "since"}
    assert owner.get("sessions").status_code == 403


def test_notices_are_listed_for_who_may_know_of_them_until_they_are_read(
    app_of: Any, owner: App, acme: Any, dora: Any, bob: Any
) -> None:
    admin = app_of(dora)
    assert admin.get("notices").json() == {"results": []}
    admin.post(f"people/{bob.pk}/lock-down", {"reason": "Stolen."})
    cache.clear()
    (one,) = admin.get("notices").json()["results"]
    assert (one["title"], one["level"], one["is_read"]) == (
        "1 lockdown is in force",
        "warning",
        False,
    )
    assert (one["url"], one["organization"]) == ("/admincenter/lockdowns/", None)
    admin.post("notices/read", {"keys": [one["key"]]})
    assert admin.get("notices").json()["results"][0]["is_read"]
    assert owner.get("notices").json() == {"results": []}
    assert app_of(bob).get("notices").status_code == 401
