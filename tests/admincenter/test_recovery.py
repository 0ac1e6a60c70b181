"""Somebody has lost every factor: an administrator lets them in once; an owner takes two administrators."""

import re
from typing import Any

import pytest

from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import grant_role
from accounts.mfa.models import RecoveryCode, TotpDevice
from mago.audit.tags import Tag
from tests.accounts.mfa.conftest import SECRET, sign_in
from tests.conftest import Browser

pytestmark = pytest.mark.django_db
CODE = re.compile(r'value="([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{5})"')


@pytest.fixture
def lost(alice: Any) -> Any:
    """alice, whose telephone is at the bottom of a lake."""
    TotpDevice.objects.create(user=alice, name="Phone", key=SECRET, confirmed=True)
    return alice


@pytest.fixture
def frank(person: Any) -> Any:
    user = person("frank")
    grant_role(user=user, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
    return user


def recover(browser: Browser, person: Any, reason: str = "called back on the known number") -> Any:
    return browser.post(f"/admincenter/people/{person.pk}/recover/", {"reason": reason})


def test_the_code_stands_in_for_the_factor_once(lost: Any, dora: Any, events: Any) -> None:
    response = recover(Browser().as_person(dora), lost)
    assert response.status_code == 201
    (code,) = CODE.findall(response.content.decode())
    browser = Browser()
    sign_in(browser, lost)
    browser.post("/accounts/mfa/verify/recovery/0/", {"code": code})
    assert browser.get("/accounts/").status_code == 200
    other = Browser()
    sign_in(other, lost)
    other.post("/accounts/mfa/verify/recovery/0/", {"code": code})
    assert other.get("/accounts/").status_code == 302
    (event,) = events(Tag.RECOVERY_CODE_ISSUED)
    assert (event.actor_id, event.detail["reason"]) == (dora.pk, "called back on the known number")
    assert code not in str(event.detail)


def test_its_owner_hears_of_it_without_the_code(lost: Any, dora: Any, mails: Any) -> None:
    (code,) = CODE.findall(recover(Browser().as_person(dora), lost).content.decode())
    (mail,) = mails("mfa/recovery_issued", lost.email)
    assert code not in str(mail.context)


def test_it_is_no_way_past_the_password(lost: Any, dora: Any) -> None:
    (code,) = CODE.findall(recover(Browser().as_person(dora), lost).content.decode())
    browser = Browser()
    browser.post("/accounts/mfa/verify/recovery/0/", {"code": code})
    assert browser.get("/accounts/").status_code == 302


def test_a_reason_is_asked_for(lost: Any, dora: Any) -> None:
    assert recover(Browser().as_person(dora), lost, "").status_code == 400
    assert not RecoveryCode.objects.exists()


def test_for_an_owner_two_are_needed(lost: Any, dora: Any, frank: Any) -> None:
    grant_role(user=lost, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
    hers, his = Browser().as_person(dora), Browser().as_person(frank)
    assert recover(hers, lost).status_code == 302
    assert recover(hers, lost).status_code == 302, "asking twice is not granting"
    assert not RecoveryCode.objects.exists()
    assert "asks for this" in his.get(f"/admincenter/people/{lost.pk}/").content.decode()
    assert recover(his, lost).status_code == 201
    assert RecoveryCode.objects.get().issued_by == frank


def test_nobody_lets_themselves_in(dora: Any) -> None:
    TotpDevice.objects.create(user=dora, name="Phone", key=SECRET, confirmed=True)
    assert recover(Browser().as_person(dora), dora).status_code == 302
    assert not RecoveryCode.objects.exists()


def test_who_may_not_see_people_may_not_let_them_in(lost: Any, bob: Any) -> None:
    assert recover(Browser().as_person(bob), lost).status_code in (403, 404)
    assert not RecoveryCode.objects.exists()
