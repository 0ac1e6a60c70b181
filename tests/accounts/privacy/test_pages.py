from pathlib import Path
from typing import Any

from accounts.organizations.services import create_organization
from accounts.privacy import running
from accounts.privacy.models import DataRequest
from accounts.standing.models import Deletion
from tests.conftest import Browser


def test_a_copy_is_asked_for_and_taken(
    browser: Browser, bob: Any, alice: Any, settings: Any, tmp_path: Path
) -> None:
    settings.PRIVACY_EXPORT_DIR = tmp_path
    browser.as_person(bob)
    assert b"Make a copy" in browser.get("/accounts/privacy/").content
    browser.post("/accounts/privacy/copy/")
    assert b"See whether it is done" in browser.get("/accounts/privacy/").content
    (request,) = DataRequest.objects.all()
    running.run(request.pk)
    url = f"/accounts/privacy/copies/{request.pk}/"
    assert Browser().as_person(alice).post(url).status_code == 404
    taken = browser.post(url)
    assert b"bob@example.com" in b"".join(taken.streaming_content)
    assert b"Downloaded" in browser.get("/accounts/privacy/").content


def test_one_deletes_one_s_own_account_but_leaves_nothing_without_an_owner(
    browser: Browser, bob: Any, alice: Any, dora: Any
) -> None:
    create_organization(name="Acme", owner=alice, actor=dora)
    page = Browser().as_person(alice).post("/accounts/privacy/delete/", follow=True)
    assert b"last owner" in page.content
    page = Browser().as_person(dora).post("/accounts/privacy/delete/", follow=True)
    assert b"last administrator" in page.content
    browser.as_person(bob).post("/accounts/privacy/delete/")
    assert Deletion.objects.get().person == bob
    assert browser.get("/accounts/").status_code == 302


def test_a_stale_session_is_asked_again_first(browser: Browser, bob: Any) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from accounts.sessions.models import Session

    browser.as_person(bob)
    Session.objects.update(proved_at=timezone.now() - timedelta(hours=1))
    for action in ("copy", "delete"):
        answer = browser.post(f"/accounts/privacy/{action}/")
        assert "reauthenticate" in answer["Location"]
    assert not DataRequest.objects.exists()
    assert not Deletion.objects.exists()


def test_what_was_asked_for_as_an_administrator_is_not_taken_as_anybody(
    bob: Any, dora: Any, settings: Any, tmp_path: Path
) -> None:
    from accounts.access.models import RoleBinding
    from accounts.privacy import services

    settings.PRIVACY_EXPORT_DIR = tmp_path
    request = services.ask_for_copy(person=bob, actor=dora, reason="asked by letter")
    running.run(request.pk)
    RoleBinding.objects.filter(user=dora).delete()
    was_administrator = Browser().as_person(dora)
    for url in ("/accounts/privacy/copies/", f"/admincenter/people/{bob.pk}/copies/"):
        assert was_administrator.post(f"{url}{request.pk}/").status_code in (403, 404)
    request.refresh_from_db()
    assert request.downloaded_at is None
