"""The pages of a directory's syncs: nothing on them asks the directory."""

from typing import Any

import pytest

from accounts.federation.directory.models import SyncRun
from accounts.federation.directory.tasks import work_off
from accounts.models import User
from tests.accounts.federation.directory import conftest as made
from tests.accounts.federation.directory.fake import PEOPLE, FakeDirectory
from tests.conftest import Browser

pytestmark = pytest.mark.django_db
acme, directory, fake, onprem, provider, sync = (
    made.acme,
    made.directory,
    made.fake,
    made.onprem,
    made.provider,
    made.sync,
)


@pytest.fixture
def staff(fake: FakeDirectory) -> FakeDirectory:
    for name in ("ada", "grace", "evil"):
        fake.person(name)
    return fake


@pytest.fixture
def page(provider: Any) -> str:
    return f"/admincenter/identity-providers/acme/{provider.pk}/sync/"


class Owner(Browser):
    """A worker begins when what was sent is committed, and has ended before the next look."""

    capture: Any

    def post(self, *args: Any, **kwargs: Any) -> Any:
        with self.capture(execute=True):
            return super().post(*args, **kwargs)


@pytest.fixture
def owner(alice: Any, django_capture_on_commit_callbacks: Any) -> Browser:
    browser = Owner().as_person(alice, "password", "totp")
    browser.capture = django_capture_on_commit_callbacks
    return browser


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_sync_is_asked_for_and_its_page_says_what_it_did(
    staff: FakeDirectory, page: str, owner: Browser
) -> None:
    assert "Nothing was read yet" in text(owner.get(page))
    response = owner.post(f"{page}start/")
    run = SyncRun.objects.get()
    assert response.url == f"{page}{run.pk}/"
    assert (run.state, run.applied) == ("done", 3)
    asked = len(staff.asked)
    shown = text(owner.get(response.url))
    assert "ada@example.com" in shown
    assert "hx-get" not in shown.split('id="progress"')[1].split(">")[0]
    assert f"{run.pk}" in text(owner.get(page))
    # A list that asked the directory would be as slow as that is.
    assert len(staff.asked) == asked


def test_a_worker_that_cannot_be_told_begins_later(
    staff: FakeDirectory, page: str, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable() -> None:
        raise OSError("no broker")

    monkeypatch.setattr(work_off, "delay", unreachable)
    assert owner.post(f"{page}start/").status_code == 302
    assert SyncRun.objects.get().state == "waiting"
    work_off()
    assert SyncRun.objects.get().state == "done"


def test_a_dry_run_shows_whom_it_would_concern(
    staff: FakeDirectory, page: str, owner: Browser
) -> None:
    response = owner.post(f"{page}dry-run/")
    assert "grace@example.com" in text(owner.get(response.url))
    assert not User.objects.filter(email="grace@example.com").exists()
    create, disable = (
        text(owner.get(f"{response.url}?action={a}")) for a in ("3_create", "1_disable")
    )
    assert "grace@example.com" in create
    assert "grace@example.com" not in disable


def test_while_somebody_works_on_it_the_page_fetches_how_far_it_is(
    staff: FakeDirectory, page: str, owner: Browser, provider: Any
) -> None:
    run = SyncRun.objects.create(
        provider=provider, version=1, state="applying", applied=2, counts={"3_create": 1200}
    )
    shown = text(owner.get(f"{page}{run.pk}/"))
    assert f'hx-get="{page}{run.pk}/?progress=1"' in shown
    part = text(owner.get(f"{page}{run.pk}/?progress=1", headers={"HX-Request": "true"}))
    assert "2 of 1" in part
    assert "<table" not in part
    # One at a time: the buttons say so, and so does the service.
    owner.post(f"{page}start/")
    assert SyncRun.objects.count() == 1


def test_what_the_brake_has_stopped_is_confirmed_or_dropped_on_its_page(
    staff: FakeDirectory, page: str, owner: Browser, sync: Any
) -> None:
    sync()
    staff.remove(f"uid=evil,{PEOPLE}")
    for last, state in (("drop", "dropped"), ("confirm", "done")):
        run = sync()
        shown = text(owner.get(f"{page}{run.pk}/"))
        assert "1 of 3 people" in shown
        assert f"{run.pk}/confirm/" in shown
        owner.post(f"{page}{run.pk}/{last}/")
        run.refresh_from_db()
        assert run.state == state
    assert not User.objects.get(email="evil@example.com").is_active


def test_a_failed_sync_says_why(staff: FakeDirectory, page: str, owner: Browser, sync: Any) -> None:
    staff.dead = {"one.example.com:636", "two.example.com:389"}
    run = sync()
    assert "No connection could be made" in text(owner.get(f"{page}{run.pk}/"))


def test_strangers_and_members_see_and_start_nothing(
    staff: FakeDirectory, page: str, sync: Any, bob: Any, charlie: Any
) -> None:
    run = sync(is_dry=True)
    for person in (bob, charlie):
        browser = Browser().as_person(person, "password", "totp")
        for path in (page, f"{page}{run.pk}/"):
            assert browser.get(path).status_code == 404
        for path in ("start/", "dry-run/", f"{run.pk}/confirm/", f"{run.pk}/drop/"):
            assert browser.post(f"{page}{path}").status_code in (403, 404)
    assert SyncRun.objects.count() == 1


def test_a_list_takes_as_many_queries_for_many_runs_as_for_one(
    staff: FakeDirectory, page: str, owner: Browser, sync: Any, django_assert_max_num_queries: Any
) -> None:
    runs = [sync(is_dry=True) for _ in range(4)]
    with django_assert_max_num_queries(16):
        shown = owner.get(page).text
    assert all(str(run.pk) in shown for run in runs)
