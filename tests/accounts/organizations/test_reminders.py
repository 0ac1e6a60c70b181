"""Before a stronger sign-in is demanded people are told: when they sign in, on their pages, and by mail, once a mark."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.access.models import RoleBinding
from accounts.access.roles import RoleName
from accounts.access.services import grant_role
from accounts.mfa.models import TotpDevice
from accounts.models import User
from accounts.organizations.models import GraceReminder, Mark, Organization, SignInPolicy, Site
from accounts.organizations.reminders import due_mark, send_reminders
from accounts.organizations.selectors import concerned_by, demand_on
from accounts.organizations.services import set_organization_active, set_policy
from accounts.sessions.models import Session
from accounts.signin.tasks import remind_of_policies
from mago.messaging.render import render
from tests.accounts.conftest import is_signed_in
from tests.conftest import PASSWORD, App, Browser

Mails = Callable[..., list[Any]]
MAIL = "organizations/factor_demanded"
DAY = timedelta(days=1)


def reached(user: User) -> int:
    """Everybody signed in with a password only."""
    return 1


@pytest.fixture
def start() -> datetime:
    return timezone.now()


@pytest.fixture
def policy(acme: Organization, alice: User, start: datetime) -> SignInPolicy:
    """In twenty days Acme demands two factors."""
    with time_machine.travel(start, tick=False):
        return set_policy(organization=acme, actor=alice, strength=2, grace_until=start + 20 * DAY)


def test_the_marks_follow_each_other(policy: SignInPolicy, start: datetime) -> None:
    days = {-1: None, 0: Mark.START, 9: Mark.START, 10: Mark.HALF, 16: Mark.HALF}
    days |= {17: Mark.THREE_DAYS, 18: Mark.THREE_DAYS, 19: Mark.LAST_DAY, 20: None}  # type: ignore[dict-item]
    assert {day: due_mark(policy, start + day * DAY) for day in days} == days


def test_a_short_grace_has_the_marks_that_lie_in_it(policy: SignInPolicy, start: datetime) -> None:
    policy.grace_until = start + 2 * DAY
    assert due_mark(policy, start) == Mark.START
    # Half of the way and the last day are one moment: one mail.
    assert due_mark(policy, start + DAY) in (Mark.HALF, Mark.LAST_DAY)


def test_each_mark_is_told_once_to_whoever_is_not_ready(
    *, policy: SignInPolicy, start: datetime, alice: User, bob: User, charlie: User, mails: Mails
) -> None:
    def ready(user: User) -> int:
        return 2 if user == alice else 1

    for day, count in ((0, 1), (1, 1), (10, 2), (17, 3), (18, 3), (19, 4), (21, 4)):
        with time_machine.travel(start + day * DAY, tick=False):
            send_reminders(ready)
            assert send_reminders(ready) == 0
        assert [mail.recipient for mail in mails(MAIL)] == [bob.email] * count, day
    assert mails(MAIL)[0].expires_at == policy.grace_until
    text = render(mails(MAIL)[0]).text
    assert "the sign-in policy “Acme” asks for a second factor" in text
    assert f"{start + 20 * DAY:%Y}" in text


def test_a_moment_that_is_moved_begins_anew(
    policy: SignInPolicy, start: datetime, acme: Organization, alice: User, mails: Mails
) -> None:
    with time_machine.travel(start + 12 * DAY, tick=False):
        send_reminders(reached)
        set_policy(organization=acme, actor=alice, grace_until=start + 40 * DAY)
        assert due_mark(SignInPolicy.objects.of(acme).get(), timezone.now()) == Mark.START
        send_reminders(reached)
    assert len(mails(MAIL, alice.email)) == 2


def test_nobody_is_told_twice_whoever_tries(policy: SignInPolicy, bob: User) -> None:
    send_reminders(reached)
    told = GraceReminder.objects.filter(user=bob).values(
        "policy_id", "user_id", "demanded_from", "mark"
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        GraceReminder.objects.create(**told[0])


def test_a_disabled_organization_reminds_nobody(
    policy: SignInPolicy, acme: Organization, dora: User, mails: Mails
) -> None:
    set_organization_active(organization=acme, active=False, actor=dora)
    send_reminders(reached)
    assert not mails(MAIL)


def test_many_are_told_in_batches(
    policy: SignInPolicy, mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.organizations.reminders.BATCH", 1)
    assert [send_reminders(reached) for _ in range(3)] == [1, 1, 0]
    assert len(mails(MAIL)) == 2


def test_who_is_reminded_is_who_will_be_asked(
    *, acme: Organization, other: Organization, alice: User, bob: User, charlie: User, dora: User
) -> None:
    hall, tower = (Site.objects.create(organization=acme, name=name) for name in ("Hall", "Tower"))
    grant_role(user=bob, role=RoleName.TECHNICIAN, actor=None, scope=hall.access_scope)
    RoleBinding.objects.filter(user=bob, site=None).delete()
    later = timezone.now() + DAY
    for place in (
        {"organization": None},
        {"organization": None, "role": RoleName.ORGANIZATION_OWNER},
        {"organization": acme},
        {"organization": acme, "role": RoleName.ORGANIZATION_OWNER},
        {"organization": acme, "site": hall},
        {"organization": acme, "site": tower},
        {"organization": acme, "site": tower, "role": RoleName.ORGANIZATION_OWNER},
        {"organization": acme, "site": hall, "role": RoleName.TECHNICIAN},
        {"organization": acme, "site": hall, "role": RoleName.GUEST},
    ):
        policy = SignInPolicy.objects.create(strength=2, grace_until=later, **place)
        asked = {
            person
            for person in (alice, bob, charlie, dora)
            if demand_on(User.objects.get(pk=person.pk)).next_at(timezone.now())
        }
        assert set(concerned_by(policy)) == asked, place
        policy.delete()


def test_who_has_a_factor_that_is_enough_needs_no_reminder(
    policy: SignInPolicy, alice: User, bob: User, mails: Mails
) -> None:
    TotpDevice.objects.create(user=bob, name="Telephone", confirmed=True)
    remind_of_policies()
    assert [mail.recipient for mail in mails(MAIL)] == [alice.email]


def test_it_is_said_once_on_every_page_of_ones_account(
    policy: SignInPolicy, acme: Organization, bob: User, browser: Browser, app: App
) -> None:
    said = "the sign-in policy “Acme” asks for a second factor when you sign in."
    page = browser.post("/accounts/login/", {"login": bob.email, "password": PASSWORD}, follow=True)
    assert page.text.count(said) == 1
    for path in ("/accounts/", "/accounts/sessions/"):
        assert browser.get(path).text.count(said) == 1
    # Who has set one up since reads nothing of it, though they signed in without; nor whose sign-in is strong enough.
    telephone = TotpDevice.objects.create(user=bob, name="Telephone", confirmed=True)
    assert said not in browser.get("/accounts/").text
    telephone.delete()
    assert said in browser.get("/accounts/").text
    Session.objects.filter(user=bob).update(strength=2)
    assert said not in browser.get("/accounts/").text
    app.sign_in(bob)
    assert app.get("me").status_code == 200


def test_whom_it_does_not_concern_reads_nothing_of_it(
    policy: SignInPolicy, charlie: User, browser: Browser
) -> None:
    page = browser.as_person(charlie).get("/accounts/").text
    assert charlie.email in page
    assert "Acme" not in page


def test_after_it_nobody_gets_in_with_less_and_the_page_says_who_asks(
    policy: SignInPolicy, start: datetime, bob: User, browser: Browser
) -> None:
    with time_machine.travel(start + 20 * DAY, tick=False):
        page = browser.post(
            "/accounts/login/", {"login": bob.email, "password": PASSWORD}, follow=True
        )
        assert not is_signed_in(browser)
    assert "Acme" in page.text
