import json
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from accounts.privacy import running, services
from accounts.privacy.copying import copy_of
from accounts.privacy.files import path_of
from accounts.privacy.models import DataRequest
from accounts.privacy.registry import elsewhere, holdings
from mago.core.errors import Conflict, Forbidden, NotFound, TooMany

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVACY_EXPORT_DIR = tmp_path / "copies"
    return tmp_path / "copies"


def test_it_holds_all_that_the_registry_names_and_no_secret(lived: User) -> None:
    text = "".join(copy_of(lived))
    held = json.loads(text)["held"]
    assert set(held) == {one.model for one in holdings()} | {one.name for one in elsewhere()}
    assert held["accounts.User"][0]["email"] == "charlie@example.com"
    assert held["federation.ExternalIdentity"][0]["subject"] == "subject-4711"
    assert held["mfa.TotpDevice"][0]["name"] == "phone"
    assert len(held["access.Membership"]) == 2
    assert {one["event"] for one in held["audit.AuditEvent"]} >= {
        "signin:session:failed",
        "signin:session:opened",
        "signin:profile:changed",
    }
    assert "TOTPSECRET" not in text
    assert lived.password not in text
    assert "dora@example.com" not in text  # What others did to them says not who.


def test_it_says_what_was_done_and_of_others_not_whom_it_was_done_to(
    dora: User, charlie: User
) -> None:
    """Whoever administered the platform would otherwise take along everybody's address when they go."""
    from accounts.access.roles import RoleName
    from accounts.access.services import invite, set_active
    from accounts.organizations.services import create_organization
    from accounts.signin.services import change_profile

    acme = create_organization(name="Acme", owner=dora, actor=dora)
    invite(organization=acme, email="eve@elsewhere.example", role=RoleName.GUEST, actor=dora)
    set_active(user=charlie, active=False, actor=dora, reason="wrote to eve@elsewhere.example")
    change_profile(user=dora, name="Dora the First", language="en", actor=dora)
    text = "".join(copy_of(dora))
    events = {one["event"]: one for one in json.loads(text)["held"]["audit.AuditEvent"]}
    assert events["people:person:disabled"]["about"] == str(charlie.pk)
    assert events["signin:profile:changed"]["detail"]["after"]["name"] == "Dora the First"
    assert events["organizations:organization:created"]["detail"]["owner"] == dora.email
    assert "charlie@example.com" not in text
    assert "eve@elsewhere.example" not in text


def test_it_is_made_by_a_worker_and_downloaded_once(charlie: User, folder: Path) -> None:
    request = services.ask_for_copy(person=charlie, actor=charlie)
    with pytest.raises(Conflict):
        services.ask_for_copy(person=charlie, actor=charlie)
    with pytest.raises(NotFound):
        services.download(request, actor=charlie)
    running.run(request.pk)
    assert path_of(request).stat().st_mode & 0o777 == 0o600
    with services.download(request, actor=charlie) as file:
        assert json.loads(file.read())["person"] == str(charlie.pk)
    assert list(folder.iterdir()) == []
    with pytest.raises(NotFound):
        services.download(request, actor=charlie)


def test_an_administrator_needs_the_permission_and_the_person_is_told(
    charlie: User, bob: User, dora: User, mails: Any
) -> None:
    with pytest.raises(Forbidden):
        services.ask_for_copy(person=charlie, actor=bob, reason="curious")
    request = services.ask_for_copy(person=charlie, actor=dora, reason="asked by letter")
    running.run(request.pk)
    assert [mail.recipient for mail in mails("told")] == [charlie.email]
    for other in (charlie, bob):
        with pytest.raises(NotFound):
            services.download(request, actor=other)
    services.download(request, actor=dora).close()


def test_a_file_does_not_outlive_its_time(charlie: User, folder: Path, settings: Any) -> None:
    request = services.ask_for_copy(person=charlie, actor=charlie)
    running.run(request.pk)
    settings.PRIVACY_EXPORT_HOURS = 0
    services.remove_old()
    assert list(folder.iterdir()) == []
    with pytest.raises(NotFound):
        services.download(request, actor=charlie)
    request.refresh_from_db()
    assert request.downloaded_at is None
    assert DataRequest.objects.count() == 1


def test_an_address_that_nobody_confirmed_gives_and_takes_nothing_of_a_stranger(
    charlie: User, dora: User
) -> None:
    from accounts.access.models import Invitation
    from accounts.access.roles import RoleName
    from accounts.access.services import invite
    from accounts.federation.models import ExternalIdentity
    from accounts.mfa.models import EmailDevice, SmsDevice
    from accounts.organizations.services import create_organization
    from accounts.privacy.addresses import addresses_of
    from accounts.signin.services.email_address import request_email_change
    from tests.conftest import PASSWORD

    stranger = "eve@elsewhere.example"
    secret = create_organization(name="Secret", owner=dora, actor=dora)
    invite(organization=secret, email=stranger, role=RoleName.REPORTER, actor=dora)
    request_email_change(user=charlie, email=stranger, current=PASSWORD)
    identity = {"kind": "microsoft", "issuer": "https://own.example", "subject": "1"}
    ExternalIdentity.objects.create(user=charlie, email=stranger, **identity)
    EmailDevice.objects.create(user=charlie, address=stranger, confirmed=False)
    SmsDevice.objects.create(user=charlie, number="+391234567890", confirmed=False)
    assert addresses_of(charlie) == [charlie.email]
    assert json.loads("".join(copy_of(charlie)))["held"]["access.Invitation"] == []
    for one in elsewhere():
        one.erase(charlie, addresses_of(charlie))
    assert Invitation.objects.everywhere(reason="test").get().email == stranger


def test_one_s_own_are_not_made_all_day(charlie: User) -> None:
    for _ in range(services.OWN_COPIES.count):
        running.run(services.ask_for_copy(person=charlie, actor=charlie).pk)
    with pytest.raises(TooMany):
        services.ask_for_copy(person=charlie, actor=charlie)


def test_whoever_is_erased_while_it_is_written_leaves_no_file(
    charlie: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def erased_meanwhile(person: User) -> Any:
        yield "{"
        User.objects.filter(pk=person.pk).delete()
        yield "}"

    request = services.ask_for_copy(person=charlie, actor=charlie)
    monkeypatch.setattr(services, "copy_of", erased_meanwhile)
    running.run(request.pk)
    request.refresh_from_db()
    assert request.state == "failed"
    assert list(folder.iterdir()) == []
