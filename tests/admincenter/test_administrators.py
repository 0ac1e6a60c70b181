"""Who administers the platform: an existing account comes to it and leaves it, by page, program and command."""

import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.selectors.in_charge import administrators
from accounts.access.services import grant_role
from accounts.mfa.models import RecoveryCode, TotpDevice
from accounts.organizations.services import create_organization
from accounts.sessions.models import Session
from tests.accounts.mfa.conftest import SECRET
from tests.conftest import App, Browser

AT = "/admincenter/administrators/"
REASON = {"reason": "dora is on leave"}
GRANT = REASON | {"role": "platform-administrator"}


@pytest.fixture
def for_a_day(bob: Any) -> Any:
    """bob, who administers the platform for a day."""
    tomorrow = timezone.now() + timedelta(days=1)
    role = RoleName.PLATFORM_ADMINISTRATOR
    grant_role(user=bob, role=role, actor=None, expires_at=tomorrow, scope=PLATFORM)
    return bob


@pytest.fixture
def acme(alice: Any) -> Any:
    return create_organization(name="Acme", owner=alice, actor=alice)


def text(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_somebody_who_has_an_account_comes_to_it_and_leaves_it(
    admin: Browser, bob: Any, dora: Any, mails: Any, events: Any
) -> None:
    sent = admin.post(f"{AT}appoint/", GRANT | {"person": "Bob@example.com", "expires_at": ""})
    assert (sent.status_code, sent.url) == (302, AT)
    assert set(administrators()) == {bob, dora}
    assert events("access:role:granted")[-1].detail["reason"] == REASON["reason"]
    assert {mail.recipient for mail in mails("access/administrator")} == {bob.email, dora.email}
    assert "Bob bob@example.com Platform administrator for good none" in text(admin.get(AT))
    path = f"{AT}{bob.role_bindings.get().pk}/dismiss/"
    assert admin.post(path, {"reason": ""}).context["form"].errors["reason"]
    assert bob in administrators()
    admin.post(path, REASON)
    assert list(administrators()) == [dora]
    assert events("access:role:revoked")[-1].detail["reason"] == REASON["reason"]


def test_the_last_one_stays(admin: Browser, dora: Any, for_a_day: Any) -> None:
    """Who does it for a day does not count: tomorrow nobody would be left."""
    admin.post(f"{AT}{dora.role_bindings.get().pk}/dismiss/", REASON)
    assert "This is the last administrator." in admin.get(AT).text
    later = f"{timezone.now() + timedelta(days=2):%Y-%m-%d %H:%M}"
    form = admin.post(f"{AT}appoint/", GRANT | {"person": dora.email, "expires_at": later})
    assert form.status_code == 409
    assert list(administrators()) == [dora]


def test_who_cannot_sign_in_or_is_nobody_is_not_appointed(
    admin: Browser, bob: Any, person: Any
) -> None:
    person("eve", email_confirmed_at=None)
    bob.is_active = False
    bob.save()
    answers = [
        admin.post(f"{AT}appoint/", GRANT | {"person": f"{name}@example.com"}).status_code
        for name in ("bob", "eve", "nobody")
    ]
    assert answers == [409, 409, 400]
    assert not bob.role_bindings.exists()


def test_who_does_it_for_a_time_passes_nothing_on_and_acts_on_no_other(
    for_a_day: Any, dora: Any, charlie: Any
) -> None:
    """Rank: neither by page nor by program, neither the role nor another administrator's factors."""
    TotpDevice.objects.create(user=dora, name="Phone", key=SECRET, confirmed=True)
    browser, app = Browser().as_person(for_a_day), App().as_person(for_a_day)
    held = dora.role_bindings.get()
    sent = browser.post(f"{AT}appoint/", GRANT | {"person": charlie.email, "expires_at": ""})
    assert sent.status_code == 403
    browser.post(f"{AT}{held.pk}/dismiss/", REASON)
    browser.post(f"/admincenter/people/{dora.pk}/recover/", REASON)
    codes = {
        path: app.post(path, body).json()["code"]
        for path, body in (
            ("administrators", REASON | {"person": charlie.email}),
            (f"administrators/{held.pk}/dismiss", REASON),
            (f"people/{dora.pk}/recover", REASON),
            (f"people/{dora.pk}/send-reset", {}),
        )
    }
    assert list(codes.values()) == ["not_yours_to_grant"] * 2 + ["outranked"] * 2
    assert list(administrators()) == [dora]
    assert not RecoveryCode.objects.exists()


def test_nobody_else_comes_near_it(alice: Any, bob: Any, dora: Any, acme: Any) -> None:
    browser, app = Browser().as_person(alice), App().as_person(alice)
    held = dora.role_bindings.get()
    paths = (AT, f"{AT}appoint/", f"{AT}{held.pk}/dismiss/")
    assert [browser.post(path, REASON).status_code for path in paths[1:]] == [403, 403]
    assert [browser.get(path).status_code for path in paths[:2]] == [403, 403]
    assert app.get("administrators").status_code == 403
    assert app.post("administrators", REASON | {"person": alice.email}).status_code == 403
    assert list(administrators()) == [dora]


def test_programs_do_the_same(dora: Any, bob: Any) -> None:
    app = App().as_person(dora)
    wrong = app.post("administrators", REASON | {"person": "nobody@example.com"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["person"])
    made = app.post("administrators", REASON | {"person": bob.email})
    assert (made.status_code, made.json()["role"]) == (201, "platform-administrator")
    names = [one["person"]["email"] for one in app.get("administrators").json()["results"]]
    assert names == [bob.email, dora.email]
    path = made["Location"].removeprefix("/api/v1/")
    assert app.post(f"{path}/dismiss", REASON).status_code == 204
    assert app.get(path).status_code == 404
    last = app.post(f"administrators/{dora.role_bindings.get().pk}/dismiss", REASON)
    assert (last.status_code, last.json()["code"]) == (409, "last_administrator")


def test_the_page_asks_who_is_there_and_takes_as_many_queries_for_many(
    admin: Browser, dora: Any, person: Any, django_assert_max_num_queries: Any
) -> None:
    for name in ("eve", "frank", "grace"):
        grant_role(
            user=person(name), role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM
        )
    # The session, its policies, the roles, the notices; the list.
    with django_assert_max_num_queries(5):
        assert admin.get(AT).status_code == 200
    Session.objects.filter(user=dora).update(proved_at=timezone.now() - timedelta(minutes=11))
    assert admin.get(f"{AT}appoint/")["Location"].startswith("/accounts/reauthenticate/")


def command(email: str, **options: Any) -> Any:
    out = io.StringIO()
    call_command("grant_administrator", email=email, stdout=out, **options)
    return json.loads(out.getvalue())


def test_the_command_lets_in_who_has_an_account_and_takes_it_back(
    alice: Any, events: Any, mails: Any
) -> None:
    """Whoever is locked out has the server still."""
    assert command("Alice@example.com") == {
        "id": str(alice.pk),
        "email": alice.email,
        "administrator": True,
    }
    assert list(administrators()) == [alice]
    assert events("access:role:granted")[-1].actor_id is None
    assert len(mails("access/administrator", alice.email)) == 1
    with pytest.raises(CommandError, match="last administrator"):
        command(alice.email, revoke=True)
    with pytest.raises(CommandError, match="Nobody here"):
        command("nobody@example.com")


def test_the_command_takes_no_other_role_back(bob: Any, dora: Any) -> None:
    grant_role(user=bob, role=RoleName.REPORTER, actor=None, scope=PLATFORM)
    with pytest.raises(CommandError, match="does not administer"):
        command(bob.email, revoke=True)
    assert bob.role_bindings.exists()


def test_another_role_is_granted_shown_and_taken_back(
    admin: Browser, bob: Any, dora: Any, mails: Any
) -> None:
    sent = REASON | {"person": bob.email, "expires_at": "", "role": "reporter"}
    admin.post(f"{AT}appoint/", sent)
    assert "Bob holds the role Reporter on the platform now." in text(admin.get(AT))
    assert "Bob bob@example.com Reporter for good none" in text(admin.get(AT))
    assert "Bob" not in text(admin.get(f"{AT}?role=platform-administrator")).partition("Who")[2]
    assert list(administrators()) == [dora]
    his = Browser().as_person(bob)
    assert [
        his.get(path).status_code for path in ("/admincenter/", "/admincenter/people/", AT)
    ] == [200] * 3
    assert his.get(f"{AT}appoint/").status_code == 403
    admin.post(f"{AT}{bob.role_bindings.get().pk}/dismiss/", REASON)
    assert his.get("/admincenter/people/").status_code == 403
    assert [mail.recipient for mail in mails("access/administrator")].count(bob.email) == 2


def test_a_role_of_organizations_alone_is_refused_beside_the_field(
    admin: Browser, bob: Any, dora: Any
) -> None:
    for role in ("organization-owner", "king", ""):
        sent = REASON | {"person": bob.email, "expires_at": "", "role": role}
        form = admin.post(f"{AT}appoint/", sent)
        assert form.status_code == 400
        assert form.context["form"].errors["role"]
        answer = App().as_person(dora).post("administrators", sent | {"expires_at": None})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["role"])
    assert not bob.role_bindings.exists()


def test_programs_grant_another_role(dora: Any, bob: Any) -> None:
    app = App().as_person(dora)
    made = app.post("administrators", REASON | {"person": bob.email, "role": "reporter"})
    assert (made.status_code, made.json()["role"]) == (201, "reporter")
    assert App().as_person(bob).get("administrators").status_code == 200
    assert (
        App().as_person(bob).post("administrators", REASON | {"person": bob.email}).status_code
        == 403
    )
