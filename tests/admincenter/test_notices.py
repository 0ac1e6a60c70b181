"""Notifications: what needs somebody, for who may know of it, until it is put right or read."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from accounts.access.models import Membership, RoleBinding
from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import grant_role
from accounts.models import User
from admincenter.notices import services
from admincenter.notices.models import Read
from hubs.life.models import Outage
from hubs.models import Hub, State
from mago.audit.models import AuditDeadLetter, AuditEvent, AuditStream
from mago.audit.services import record, seal
from mago.audit.tags import Tag
from mago.tls.models import Endpoint
from tests.admincenter.organizations.conftest import acme, hall, other, owner
from tests.conftest import Browser
from tests.hubs.conftest import enrol, enrolled

__all__ = ["acme", "enrol", "enrolled", "hall", "other", "owner"]

AT = "/admincenter/notifications/"


@pytest.fixture
def room(hall: Any, alice: Any) -> Any:
    from hubs.services import create_room

    return create_room(site=hall, name="Blue", actor=alice)


def titles(browser: Browser) -> list[str]:
    """Of all notices, as they are found anew."""
    cache.clear()
    return [one.notice.title for one in browser.get(AT).context["shown"]]


def bell(browser: Browser, person: User) -> str:
    return asked_by_page_of(person, browser).text


def asked_by_page_of(person: User, browser: Browser) -> Any:
    return browser.get(f"{AT}bell/", headers={"Mago-Made-For": str(person.pk)})


def test_what_is_amiss_on_the_platform_needs_its_administrator(
    admin: Browser, message: Any, alice: Any, settings: Any
) -> None:
    assert titles(admin) == []
    assert "Nothing needs you" in admin.get(AT).content.decode()
    message()
    now = timezone.now()
    AuditStream.objects.create(
        name="siem", kind="webhook", address="https://siem.example.com/", created_at=now,
        failures=3, failing_since=now, last_error="refused",
    )  # fmt: skip
    other = AuditStream.objects.create(
        name="log", kind="webhook", created_at=now, is_enabled=False, failures=3
    )
    AuditDeadLetter.objects.create(stream=other, first=1, last=1, attempts=5, created_at=now)
    settings.TLS_ENDPOINTS = ["id.example.com:443"]
    Endpoint.objects.create(
        host="id.example.com",
        port=443,
        not_before=now - timedelta(days=90),
        not_after=now - timedelta(hours=1),
    )
    seal()
    with time_machine.travel(now - timedelta(minutes=11)):
        record(Tag.SIGN_IN_SUCCEEDED, actor=alice)
    assert set(titles(admin)) == {
        "1 message could not be sent",
        "The stream siem cannot send",
        "The stream log has 1 dead letter",
        "The certificate of id.example.com:443 has ended",
        "The audit trail is not being sealed",
    }
    assert "has ended" in admin.get("/admincenter/").content.decode()


@pytest.fixture
def stranger(charlie: Any, other: Any) -> Browser:
    return Browser().as_person(charlie)


def test_what_is_amiss_in_an_organization_needs_those_who_may_know(
    admin: Browser, owner: Browser, stranger: Browser, enrolled: Any, acme: Any
) -> None:
    from admincenter.security.models import Risk
    from admincenter.security.selectors.programmes import programme_of

    hub, now = enrolled.hub, timezone.now()
    bob = User.objects.get(email="bob@example.com")
    Outage.objects.create(hub=hub, began_at=now)
    Hub.objects.of(acme).filter(pk=hub.pk).update(state=State.QUARANTINED)
    record(Tag.HUB_CLONE_DETECTED, target=hub, organization_id=acme.pk)
    seal()
    grant_role(
        user=bob,
        role=RoleName.OPERATOR,
        actor=None,
        scope=acme.access_scope,
        expires_at=now + timedelta(days=3),
    )
    Risk.objects.create(
        programme=programme_of(acme), asset="Keys", threat="Loss",
        likelihood=1, impact=1, residual_likelihood=1, residual_impact=1,
        review_on=now.date() - timedelta(days=1),
    )  # fmt: skip
    theirs = {
        "A hub seems to be cloned · Acme",
        "1 hub is missing · Acme",
        "1 hub is in quarantine · Acme",
        "1 role ends within a week · Acme",
        "The review of 1 risk is overdue · Acme",
    }
    assert set(titles(owner)) == theirs
    for one in owner.get(AT).context["shown"]:
        assert owner.get(one.notice.url).status_code == 200
    # What a customer owes in its own programme is not the platform's business.
    assert set(titles(admin)) == theirs - {"The review of 1 risk is overdue · Acme"}
    assert titles(stranger) == []
    # But it stays the business of somebody of the customer's who comes to hold more.
    grant_role(
        user=User.objects.get(email="alice@example.com"),
        role=RoleName.SECURITY_OFFICER,
        actor=None,
        scope=PLATFORM,
    )
    assert "The review of 1 risk is overdue · Acme" in titles(owner)
    assert "1 role ends within a week · Acme" not in titles(Browser().as_person(bob))


def test_a_notice_that_was_read_is_read_for_one_person_until_it_gets_worse(
    admin: Browser, message: Any, dora: User, person: Any
) -> None:
    erin = person("erin")
    grant_role(user=erin, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
    message()
    assert "1 new" in bell(admin, dora)
    (shown,) = admin.get(AT).context["shown"]
    admin.post(f"{AT}read/", {"key": ["not-one", shown.notice.key]})
    assert bell(admin, dora).strip() == ""
    assert "1 new" in bell(Browser().as_person(erin), erin)
    assert [one.is_read for one in admin.get(AT).context["shown"]] == [True]
    message()
    cache.clear()
    assert "1 new" in bell(admin, dora)
    admin.post(f"{AT}read/")
    assert bell(admin, dora).strip() == ""
    assert set(Read.objects.values_list("user__email", flat=True)) == {"dora@example.com"}


def test_a_right_that_was_taken_takes_its_notices_at_once(
    admin: Browser, message: Any, dora: Any, acme: Any, person: Any
) -> None:
    grant_role(
        user=person("erin"), role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM
    )
    Membership.objects.create(organization=acme, user=dora)
    grant_role(user=dora, role=RoleName.REPORTER, actor=None, scope=acme.access_scope)
    message()
    assert len(admin.get(AT).context["shown"]) == 1
    RoleBinding.objects.filter(user=dora, role=RoleName.PLATFORM_ADMINISTRATOR).delete()
    assert admin.get(AT).context["shown"] == []


def test_asking_for_the_number_keeps_no_session_alive_and_costs_little(
    admin: Browser, dora: Any, django_assert_max_num_queries: Any
) -> None:
    from accounts.sessions.models import Session

    bell(admin, dora)
    before = Session.objects.get(user=dora).last_seen_at
    # Session, policies, roles; which notices are read.
    with django_assert_max_num_queries(5):
        bell(admin, dora)
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        bell(admin, dora)
    assert Session.objects.get(user=dora).last_seen_at == before


def test_strangers_are_refused_and_old_marks_are_forgotten(browser: Any, bob: Any) -> None:
    assert browser.as_person(bob).get(AT).status_code == 403
    assert browser.post(f"{AT}read/").status_code == 403
    # An open page of somebody whose role was taken goes on asking: it hears of nothing, and the trail fills with nothing.
    before = AuditEvent.objects.count()
    assert bell(browser, bob).strip() == ""
    assert AuditEvent.objects.count() == before
    for days in (80, 100):
        Read.objects.create(user=bob, key=str(days), at=timezone.now() - timedelta(days=days))
    services.forget_old()
    assert [row.key for row in Read.objects.all()] == ["80"]


def test_a_page_that_asks_by_itself_is_not_left_by_whoever_was_signed_out(dora: User) -> None:
    """What they are writing would be gone; the notice stands over it, and a new sign-in makes its forms good again."""
    asking = {"HX-Request": "true", "HX-Current-URL": "http://testserver/admincenter/people/"}
    said = Browser().get(f"{AT}bell/", headers=asking | {"Mago-Asks-By-Itself": "1"})
    assert (said.status_code, said["HX-Retarget"]) == (200, "#signed-out")
    assert 'href="/accounts/login/?next=%2Fadmincenter%2Fpeople%2F" target="_blank"' in said.text
    assert "HX-Redirect" not in said
    assert Browser().get(f"{AT}bell/", headers=asking)["HX-Redirect"].startswith("/accounts/login/")
    assert said["HX-Reselect"] == "unset"  # The whole notice, whatever part the page asked for.
    told = json.loads(asked_by_page_of(dora, Browser().as_person(dora))["HX-Trigger"])
    assert len(told["mago:here"]["token"]) == 64


def test_a_page_of_somebody_else_is_not_made_good_again(
    dora: User, person: Any, charlie: User
) -> None:
    """Whoever sits down after another at one browser would send what that other has prepared."""
    erin = person("erin")
    grant_role(user=erin, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
    browser, stranger = Browser().as_person(erin), Browser().as_person(charlie)
    assert f'"Mago-Made-For": "{erin.pk}"' in browser.get(AT).text
    answers = [asked_by_page_of(dora, one) for one in (browser, stranger)]
    for said in (*answers, browser.get(f"{AT}bell/")):
        assert (said.status_code, said["HX-Retarget"]) == (200, "#signed-out")
        assert said["HX-Reswap"] == "innerHTML"
        assert "Somebody else is signed in" in said.text
        assert "HX-Trigger" not in said
        assert "csrf" not in said.text
