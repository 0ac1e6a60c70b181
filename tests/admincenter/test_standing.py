"""Lockdowns, the recycle bin, erasure and copies, on their pages."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from accounts.access.services import create_service_account
from accounts.organizations.services import create_organization
from accounts.privacy import running
from accounts.privacy.models import DataRequest
from accounts.provider.models import ApiToken
from accounts.provider.services.api_tokens import create_api_token
from accounts.sessions.models import Session
from accounts.standing.models import Deletion, Lockdown
from mago.jobs import running as jobs
from mago.jobs.models import Job
from tests.conftest import Browser

CHIP = re.compile(r'class="chip danger">([^<]+)<')
WHY = {"reason": "stolen laptop"}


def test_a_person_is_locked_down_and_let_in_again(admin: Browser, alice: Any, dora: Any) -> None:
    acme = create_organization(name="Acme", owner=alice, actor=dora)
    robot = create_service_account(organization=acme, name="Robot", actor=alice)
    create_api_token(
        account=robot, name="x", read_only=True, actor=alice, lifetime=timedelta(days=1)
    )
    url = f"/admincenter/people/{alice.pk}/"
    assert admin.post(f"{url}lock-down/").context["form"].errors["reason"]
    page = admin.post(f"{url}lock-down/", WHY | {"with_api_tokens": "on"}, follow=True)
    assert "stolen laptop" in page.content.decode()
    assert ApiToken.objects.everywhere(reason="test").get().revoked_at is not None
    assert "Enable" not in page.content.decode()
    (lockdown,) = Lockdown.objects.all()
    assert b"stolen laptop" in admin.get("/admincenter/lockdowns/").content
    assert b"1 lockdown is in force" in admin.get("/admincenter/").content
    lift = f"/admincenter/lockdowns/{lockdown.pk}/lift/"
    assert admin.post(lift).context["form"].errors["reason"]
    admin.post(lift, {"reason": "found"})
    alice.refresh_from_db()
    assert alice.is_active
    assert b"found" in admin.get("/admincenter/lockdowns/?state=lifted").content
    assert b"Nobody is locked down" in admin.get("/admincenter/lockdowns/").content


def test_an_organization_is_locked_down_and_not_simply_enabled(
    admin: Browser, alice: Any, dora: Any
) -> None:
    acme = create_organization(name="Acme", owner=alice, actor=dora)
    url = f"/admincenter/organizations/{acme.slug}/"
    page = admin.post(f"{url}lock-down/", WHY, follow=True).content.decode()
    assert "stolen laptop" in page
    for shown in (page, admin.get("/admincenter/organizations/").text):
        assert [chip for chip in CHIP.findall(shown) if chip in ("Locked down", "Disabled")] == [
            "Locked down"
        ]
    admin.post(f"{url}enable/")
    acme.refresh_from_db()
    assert not acme.is_active
    admin.post(f"/admincenter/lockdowns/{Lockdown.objects.get().pk}/lift/", WHY)
    acme.refresh_from_db()
    assert acme.is_active
    assert admin.post(f"{url}disable/").context["form"].errors["reason"]


def test_somebody_is_deleted_restored_and_erased(admin: Browser, bob: Any) -> None:
    url = f"/admincenter/people/{bob.pk}/"
    page = admin.post(f"{url}delete/", {"reason": "left"}, follow=True).content.decode()
    assert "In the recycle bin" in page
    assert bob.email in admin.get("/admincenter/people/?state=deleted").content.decode()
    admin.post(f"{url}restore/")
    assert not Deletion.objects.exists()
    assert "Delete the person first" in (
        admin.post(f"{url}erase/", WHY, follow=True).content.decode()
    )
    admin.post(f"{url}delete/", {"reason": "left"})
    admin.post(f"{url}erase/", {"reason": "asked for"})
    running.run(DataRequest.objects.get().pk)
    assert admin.get(url).status_code == 404


def test_many_are_deleted_and_restored_by_one_press(admin: Browser, alice: Any, bob: Any) -> None:
    chosen = {"work": "people.delete", "row": [alice.pk, bob.pk]}
    admin.post("/admincenter/people/choose/", chosen)
    job = Job.objects.get()
    admin.post(f"/admincenter/jobs/{job.pk}/start/", WHY)
    jobs.run(job.pk)
    assert {one.reason for one in Deletion.objects.all()} == {"stolen laptop"}
    admin.post(f"/admincenter/jobs/{job.pk}/undo/")
    jobs.run(job.undone_by.pk)
    assert not Deletion.objects.exists()


def test_a_copy_is_the_asker_s_alone_and_read_once(
    admin: Browser, bob: Any, settings: Any, tmp_path: Path
) -> None:
    settings.PRIVACY_EXPORT_DIR = tmp_path
    url = f"/admincenter/people/{bob.pk}/"
    admin.post(f"{url}copy/", {"reason": "asked by letter"})
    (request,) = DataRequest.objects.all()
    running.run(request.pk)
    assert b"Download the copy" in admin.get(url).content
    assert Browser().as_person(bob).post(f"{url}copies/{request.pk}/").status_code == 403
    answer = admin.post(f"{url}copies/{request.pk}/")
    assert b"bob@example.com" in b"".join(answer.streaming_content)
    assert admin.post(f"{url}copies/{request.pk}/").status_code == 404


def test_sessions_are_found_and_ended(admin: Browser, alice: Any, bob: Any) -> None:
    for who in (alice, alice, bob):
        Browser().as_person(who)
    Session.objects.filter(user=bob).update(address="192.0.2.7", user_agent="Firefox")
    page = admin.get("/admincenter/sessions/").content.decode()
    assert page.count("alice@example.com</bdi>") == 2
    own = page.partition("dora@example.com</bdi>")[2].partition("</tr>")[0]
    assert page.count("This browser") == own.count("This browser") == 1
    found = admin.get("/admincenter/sessions/?address=192.0.2.7").content.decode()
    assert "bob@example.com" in found
    assert "alice@example.com" not in found
    admin.post(f"/admincenter/sessions/{Session.objects.get(user=bob).id}/end/")
    assert not Session.objects.filter(user=bob).exists()
    keys = [str(one.id) for one in Session.objects.filter(user=alice)]
    admin.post("/admincenter/sessions/choose/", {"work": "sessions.end", "row": keys})
    job = Job.objects.get()
    admin.post(f"/admincenter/jobs/{job.pk}/start/", WHY)
    jobs.run(job.pk)
    assert not Session.objects.filter(user=alice).exists()
    page = admin.post(
        "/admincenter/sessions/choose/", {"work": "sessions.end", "row": "x"}, follow=True
    )
    assert b"choose rows in the list" in page.content


def test_tokens_of_all_organizations_are_found_and_revoked(
    admin: Browser, alice: Any, dora: Any
) -> None:
    acme = create_organization(name="Acme", owner=alice, actor=dora)
    robot = create_service_account(organization=acme, name="Robot", actor=alice)
    token, secret = create_api_token(
        account=robot, name="Nightly", read_only=True, actor=alice, lifetime=timedelta(days=1)
    )
    page = admin.get("/admincenter/api-tokens/?organization=acme&state=live").content.decode()
    assert "Nightly" in page
    assert secret not in page
    revoke = f"/admincenter/api-tokens/{token.pk}/revoke/"
    assert admin.post(revoke).context["form"].errors["reason"]
    assert "Nightly" in admin.get("/admincenter/api-tokens/?state=live").content.decode()
    admin.post(revoke, WHY, follow=True)
    assert "Nightly" not in admin.get("/admincenter/api-tokens/?state=live").content.decode()
    assert "Nightly" in admin.get("/admincenter/api-tokens/?state=revoked").content.decode()
    # What cannot be done to it any more is not offered.
    assert '<details class="confirm danger" hidden>' in admin.get("/admincenter/api-tokens/").text
    assert Browser().as_person(alice).get("/admincenter/api-tokens/").status_code == 403
