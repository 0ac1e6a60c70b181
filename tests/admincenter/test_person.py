"""One person: what is known, and what an administrator can do. Each action once, asked for, recorded."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages

from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import grant_role
from accounts.mfa.models import TotpDevice
from accounts.models import User
from accounts.provider.models import TokenFamily
from accounts.provider.selectors import bearer_of
from accounts.provider.services import open_family
from accounts.sessions.models import Session
from accounts.sessions.selectors import sessions_of
from mago.audit.tags import Tag
from mago.messaging.render import render
from tests.conftest import Browser

HOME = "/accounts/"
WHY = {"reason": "phished"}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


def at(person: Any, action: str = "") -> str:
    return f"/admincenter/people/{person.pk}/{action}"


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def is_signed_in(browser: Any) -> bool:
    return bool(browser.get(HOME).status_code == 200)


@pytest.fixture
def at_alices(alice: Any) -> Browser:
    """The browser in which alice is signed in."""
    return Browser().as_person(alice)


def test_shows_what_is_known(admin: Any, alice: Any, at_alices: Any) -> None:
    open_family(alice, method="password", proofs=["password"])
    page = admin.get(at(alice)).content.decode()
    for fact in (
        "alice@example.com",
        "Alice",
        str(alice.pk),
        "Confirmed",
        "Active",
        "Programs",
        "Token issued",
    ):
        assert fact in page


def test_who_looked_at_whom_is_recorded(
    admin: Any, app: Any, alice: Any, dora: Any, events: Any
) -> None:
    for page in (at(dora), at(alice)):
        admin.get(page)
    app.sign_in(dora)
    for path in ("", "/sessions", "/programs"):
        assert app.get(f"people/{alice.pk}{path}").status_code == 200
    told = events(Tag.PERSON_READ)
    assert {(event.actor_id, event.target_id) for event in told} == {(dora.pk, str(alice.pk))}
    assert len(told) == 4


def test_a_look_at_somebodys_sessions_in_the_list_of_all_is_recorded(
    admin: Any, app: Any, alice: Any, dora: Any, events: Any
) -> None:
    app.sign_in(dora)
    for query in ("", f"?person={dora.email}", "?person=nobody@example.com", f"?person={uuid4()}"):
        admin.get(f"/admincenter/sessions/{query}")
        app.get(f"sessions{query}")
    assert not events(Tag.PERSON_READ)
    assert admin.get(f"/admincenter/sessions/?person={alice.email}").status_code == 200
    assert app.get(f"sessions?person={alice.pk}").status_code == 200
    told = events(Tag.PERSON_READ)
    assert [(event.actor_id, event.target_id) for event in told] == [(dora.pk, str(alice.pk))] * 2


def test_shows_the_roles_and_who_granted_them(admin: Any, alice: Any, dora: Any) -> None:
    grant_role(user=alice, role=RoleName.PLATFORM_ADMINISTRATOR, actor=dora, scope=PLATFORM)
    page = admin.get(at(alice)).content.decode()
    assert "Platform administrator" in page
    assert re.search(r"granted [\d: -]+ by Dora", page)


def test_shows_no_secret(admin: Any, alice: Any, at_alices: Any) -> None:
    pair = open_family(alice, method="password", proofs=["password"])
    page = admin.get(at(alice)).content.decode()
    for shown in (Session.objects.get(user=alice).id, TokenFamily.objects.get(user=alice).id):
        assert str(shown) in page
    secrets = [
        alice.password,
        at_alices.cookies["session"].value,
        pair.access_token,
        pair.refresh_token,
    ]
    assert not [secret for secret in secrets if secret in page]


class TestDisable:
    def test_ends_sessions_and_tokens_at_once(self, admin: Any, alice: Any, at_alices: Any) -> None:
        pair = open_family(alice, method="password", proofs=["password"])
        assert is_signed_in(at_alices)
        assert bearer_of(pair.access_token)
        response = admin.post(at(alice, "disable/"), {"reason": "left the company"})
        assert response["Location"] == at(alice)
        assert not is_signed_in(at_alices)
        assert bearer_of(pair.access_token) is None

    def test_enabling_brings_no_session_back(self, admin: Any, alice: Any, at_alices: Any) -> None:
        pair = open_family(alice, method="password", proofs=["password"])
        admin.post(at(alice, "disable/"), {"reason": "lost telephone"})
        admin.post(at(alice, "enable/"))
        alice.refresh_from_db()
        assert alice.is_active
        assert not is_signed_in(at_alices)
        assert bearer_of(pair.access_token) is None

    def test_is_recorded_with_its_reason(
        self, admin: Any, alice: Any, dora: Any, events: Any
    ) -> None:
        admin.post(at(alice, "disable/"), {"reason": "left the company"})
        (event,) = events(Tag.PERSON_DISABLED)
        assert (event.actor_id, event.target_id) == (dora.pk, str(alice.pk))
        assert event.detail["reason"] == "left the company"

    def test_happens_once(self, admin: Any, alice: Any, events: Any, mails: Any) -> None:
        for _ in range(2):
            assert admin.post(at(alice, "disable/"), {"reason": "x"}).status_code == 302
        assert len(events(Tag.PERSON_DISABLED)) == 1
        assert len(mails("access/account_disabled")) == 1

    def test_can_be_undone_from_its_message(self, admin: Any, alice: Any, events: Any) -> None:
        page = admin.post(at(alice, "disable/"), {"reason": "x"}, follow=True).content.decode()
        assert re.search(r'<button[^>]*form="enable-person"[^>]*>Undo</button>', page)
        form = re.search(r'<form method="post" action="([^"]+)" id="enable-person">', page)
        assert form
        admin.post(form[1])
        alice.refresh_from_db()
        assert alice.is_active
        assert len(events(Tag.PERSON_ENABLED)) == 1

    @pytest.mark.parametrize("reason", ["", "   ", "x" * 301, "a\x00b", "a\x1bb"])
    def test_takes_a_reason(self, admin: Any, alice: Any, reason: str) -> None:
        response = admin.post(at(alice, "disable/"), {"reason": reason})
        assert response.status_code == 400
        assert "give a reason" in response.content.decode()
        assert response.context["form"].errors["reason"]
        alice.refresh_from_db()
        assert alice.is_active

    def test_is_refused_for_oneself_with_a_word(self, admin: Any, dora: Any) -> None:
        response = admin.post(at(dora, "disable/"), {"reason": "x"}, follow=True)
        assert response.status_code == 200
        assert "You cannot disable yourself" in response.content.decode()
        dora.refresh_from_db()
        assert dora.is_active

    def test_is_refused_for_the_last_administrator_with_a_word(
        self, admin: Any, dora: Any, alice: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from accounts.access.selectors.in_charge import administrators

        grant_role(user=alice, role=RoleName.PLATFORM_ADMINISTRATOR, actor=dora, scope=PLATFORM)
        monkeypatch.setattr(
            "accounts.access.services.demands.administrators",
            lambda: administrators().filter(pk=alice.pk),
        )
        response = admin.post(at(alice, "disable/"), {"reason": "x"}, follow=True)
        assert "This is the last administrator" in response.content.decode()
        alice.refresh_from_db()
        assert alice.is_active

    def test_shows_a_name_as_text(self, admin: Any, alice: Any) -> None:
        User.objects.filter(pk=alice.pk).update(name="<b>Alice</b>")
        page = admin.post(at(alice, "disable/"), {"reason": "x"}, follow=True).content.decode()
        assert "<b>Alice</b>" not in page
        assert "&lt;b&gt;Alice&lt;/b&gt; is disabled" in page


class TestSessions:
    def test_one_is_ended_and_the_others_live(
        self, admin: Any, alice: Any, at_alices: Any, dora: Any, events: Any
    ) -> None:
        other = Browser().as_person(alice)
        session = sessions_of(alice).last()
        assert session
        response = admin.post(at(alice, f"sessions/{session.id}/end/"))
        assert response["Location"] == at(alice)
        assert [is_signed_in(at_alices), is_signed_in(other)] == [False, True]
        (event,) = events(Tag.SESSION_ENDED)
        assert (event.actor_id, event.target_id) == (dora.pk, str(alice.pk))

    def test_one_of_somebody_else_is_not_found_here(
        self, admin: Any, alice: Any, bob: Any, at_alices: Any
    ) -> None:
        session = Session.objects.get(user=alice)
        assert admin.post(at(bob, f"sessions/{session.id}/end/")).status_code == 404
        assert is_signed_in(at_alices)

    def test_one_is_ended_once(self, admin: Any, alice: Any, at_alices: Any, events: Any) -> None:
        session = Session.objects.get(user=alice)
        admin.post(at(alice, f"sessions/{session.id}/end/"))
        assert admin.post(at(alice, f"sessions/{session.id}/end/")).status_code == 404
        assert len(events(Tag.SESSION_ENDED)) == 1

    def test_all_are_ended_and_the_programs_too(
        self, admin: Any, alice: Any, at_alices: Any, dora: Any, events: Any
    ) -> None:
        pair = open_family(alice, method="password", proofs=["password"])
        response = admin.post(at(alice, "sessions/end/"), WHY)
        assert "signed out everywhere" in said(response)
        assert not is_signed_in(at_alices)
        assert bearer_of(pair.access_token) is None
        (event,) = events(Tag.SESSIONS_ENDED)
        assert (event.actor_id, event.detail["reason"]) == (dora.pk, "phished")
        assert is_signed_in(Browser().as_person(alice))  # who may sign in again

    def test_the_person_is_told_of_what_somebody_else_ended(
        self, admin: Any, alice: Any, at_alices: Any, dora: Any, mails: Any
    ) -> None:
        told = "sessions/ended_by_administrator"
        Session.objects.filter(user=alice).update(user_agent=FIREFOX)
        admin.post(at(alice, f"sessions/{Session.objects.get(user=alice).id}/end/"))
        bearer = bearer_of(open_family(alice, method="password", proofs=["password"]).access_token)
        assert bearer
        admin.post(at(alice, f"programs/{bearer.family_id}/revoke/"))
        admin.post(at(alice, "sessions/end/"), WHY)
        session, program, everything = (render(mail) for mail in mails(told, alice.email))
        assert "one of your sessions at Mago: Firefox on Linux." in session.text
        assert "one of your sessions at Mago: an unknown program." in program.text
        assert "all sessions of your account" in everything.text
        assert session.subject == "You were signed out of a session"
        assert everything.subject == "You were signed out everywhere"
        admin.post(at(dora, "sessions/end/"))
        assert not mails(told, dora.email)

    def test_a_program_is_signed_out(
        self, admin: Any, alice: Any, at_alices: Any, events: Any
    ) -> None:
        first, second = (
            open_family(alice, method="password", proofs=["password"]),
            open_family(alice, method="password", proofs=["password"]),
        )
        bearer = bearer_of(first.access_token)
        assert bearer
        for status in (302, 404):
            assert (
                admin.post(at(alice, f"programs/{bearer.family_id}/revoke/")).status_code == status
            )
        assert bearer_of(first.access_token) is None
        assert bearer_of(second.access_token)
        assert is_signed_in(at_alices)
        assert len(events(Tag.TOKEN_FAMILY_REVOKED)) == 1

    def test_a_program_of_somebody_else_is_not_found_here(
        self, admin: Any, alice: Any, bob: Any
    ) -> None:
        bearer = bearer_of(open_family(alice, method="password", proofs=["password"]).access_token)
        assert bearer
        assert admin.post(at(bob, f"programs/{bearer.family_id}/revoke/")).status_code == 404


class TestReset:
    def test_a_link_goes_to_the_person_and_that_is_recorded(
        self, admin: Any, alice: Any, dora: Any, link_in: Any, events: Any
    ) -> None:
        response = admin.post(at(alice, "send-reset/"), WHY)
        assert "alice@example.com" in said(response)
        assert link_in("reset_password", to="alice@example.com").startswith(
            "/accounts/password/reset/"
        )
        (event,) = events(Tag.PASSWORD_RESET_REQUESTED)
        assert (event.actor_id, event.target_id) == (dora.pk, str(alice.pk))
        assert event.detail["reason"] == "phished"

    def test_nobody_who_is_disabled_gets_one(
        self, admin: Any, alice: Any, mails: Any, events: Any
    ) -> None:
        User.objects.filter(pk=alice.pk).update(is_active=False)
        response = admin.post(at(alice, "send-reset/"), WHY)
        assert "disabled" in said(response)
        assert not mails("reset_password")
        assert not events(Tag.PASSWORD_RESET_REQUESTED)


def test_what_is_done_to_others_takes_a_reason_and_to_oneself_none(
    admin: Any, alice: Any, at_alices: Any, dora: Any, mails: Any
) -> None:
    for action in ("sessions/end/", "send-reset/"):
        assert admin.post(at(alice, action)).context["form"].errors["reason"]
    assert is_signed_in(at_alices)
    assert not mails("reset_password")
    page = admin.get(at(alice)).content.decode()
    for action in ("end-sessions", "send-reset", "disable", "delete", "lock-down"):
        assert page.count(f'id="reason-{action}"') == 1
    own = admin.get(at(dora)).content.decode()
    assert 'id="reason-end-sessions"' not in own
    assert 'id="reason-send-reset"' not in own
    assert "on its way" in said(admin.post(at(dora, "send-reset/")))


def test_actions_ask_first_and_work_without_a_script(admin: Any, alice: Any) -> None:
    page = admin.get(at(alice)).content.decode()
    for action in ("disable/", "send-reset/", "sessions/end/"):
        assert re.search(
            rf'<details class="confirm[^>]*>(?:(?!</details>).)*action="{at(alice, action)}"',
            page,
            re.DOTALL,
        )


def test_what_is_not_permitted_is_not_offered(
    admin: Any, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accounts.access.permissions import Permission
    from accounts.access.roles import ON_PLATFORM, RoleName

    monkeypatch.setitem(
        ON_PLATFORM, RoleName.PLATFORM_ADMINISTRATOR, frozenset({Permission.PEOPLE_READ})
    )
    page = admin.get(at(alice)).content.decode()
    assert 'action="' + at(alice) not in page
    for action in ("disable/", "send-reset/", "sessions/end/"):
        assert admin.post(at(alice, action), {"reason": "x"}).status_code == 403


def test_a_factor_is_called_by_the_name_that_its_owner_gave_it(admin: Browser, alice: Any) -> None:
    """What it was called without one is left out, also where that was in another language than the reader's."""
    given = {"user": alice, "key": "x" * 32, "confirmed": True}
    TotpDevice.objects.create(name="Authenticator app", **given)
    TotpDevice.objects.create(name="Old phone", **given)
    page = admin.get(at(alice), headers={"accept-language": "it"}).text
    assert page.count("App di autenticazione") == 2
    assert "Old phone" in page
    assert "Authenticator app" not in page
