"""One's own account by an app: seen, changed, and nobody else's."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import invite
from accounts.federation.models import ExternalIdentity
from accounts.mfa import codes
from accounts.mfa.models import Challenge, EmailDevice, TotpDevice, TrustedBrowser
from accounts.organizations.services import create_organization
from accounts.provider.models import TokenFamily
from accounts.provider.services import (
    create_application,
    grant_consent,
)
from accounts.sessions.models import Session
from tests.accounts.mfa.authenticator import Authenticator
from tests.accounts.mfa.conftest import SECRET, code_of
from tests.conftest import PASSWORD, App

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(alice: Any) -> App:
    return App().as_person(alice)


@pytest.fixture
def theirs(charlie: Any) -> App:
    return App().as_person(charlie)


@pytest.fixture
def acme(alice: Any) -> Any:
    return create_organization(name="Acme", owner=alice, actor=alice)


def refused(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def grow_old(user: Any) -> None:
    TokenFamily.objects.filter(user=user).update(
        authenticated_at=timezone.now() - timedelta(minutes=11)
    )


class TestWhereIAmSignedIn:
    @pytest.fixture
    def browser_session(self, alice: Any) -> Session:
        now = timezone.now()
        return Session.objects.create(
            session_key="k" * 64, user=alice, last_seen_at=now, expire_date=now + timedelta(hours=1)
        )

    def test_is_seen_and_ended(self, mine: App, browser_session: Session) -> None:
        answer = mine.get("me/sessions")
        (found,) = answer.json()["results"]
        assert "k" * 64 not in answer.text
        assert mine.delete(f"me/sessions/{found['id']}").status_code == 204
        assert mine.get("me/sessions").json()["results"] == []

    def test_a_program_knows_itself_and_ends_another(self, mine: App, alice: Any) -> None:
        second = App().as_person(alice)
        programs = mine.get("me/programs").json()["results"]
        (other,) = [one for one in programs if not one["is_current"]]
        assert mine.delete(f"me/programs/{other['id']}").status_code == 204
        assert (second.get("me").status_code, mine.get("me").status_code) == (401, 200)

    def test_nobody_else_s_are_found(
        self, mine: App, theirs: App, browser_session: Session
    ) -> None:
        program = mine.get("me/programs").json()["results"][0]["id"]
        for path in (f"me/sessions/{browser_session.id}", f"me/programs/{program}"):
            assert theirs.get(path).status_code == 404
            assert theirs.delete(path).status_code == 404
        assert theirs.get("me/sessions").json()["results"] == []

    def test_applications_that_may_act_for_me_are_taken_back(
        self, mine: App, theirs: App, alice: Any
    ) -> None:
        wiki, _secret = create_application(
            name="Wiki", type="public", redirect_uris=["https://w.example/"], actor=None
        )
        grant_consent(user=alice, application=wiki, scopes=["openid", "email"])
        (found,) = mine.get("me/applications").json()["results"]
        assert (found["application"], found["scopes"]) == ("Wiki", ["openid", "email"])
        assert theirs.delete(f"me/applications/{found['id']}").status_code == 404
        assert mine.delete(f"me/applications/{found['id']}").status_code == 204
        assert mine.get("me/applications").json()["results"] == []


class TestIdentities:
    def test_are_seen_and_unlinked_with_a_fresh_proof(
        self, mine: App, theirs: App, alice: Any
    ) -> None:
        ExternalIdentity.objects.create(
            user=alice, kind="google", issuer="https://g.example", subject="7"
        )
        (found,) = mine.get("me/identities").json()["results"]
        path = f"me/identities/{found['id']}"
        assert theirs.delete(path).status_code == 404
        grow_old(alice)
        assert refused(mine.delete(path)) == (401, "step_up_required")
        TokenFamily.objects.update(authenticated_at=timezone.now())
        assert mine.delete(path).status_code == 204
        assert not ExternalIdentity.objects.exists()


class TestOrganizations:
    def test_an_invitation_is_accepted_once_and_by_whom_it_is_for(
        self, acme: Any, alice: Any, bob: Any, link_in: Any
    ) -> None:
        invite(organization=acme, email=bob.email, role=RoleName.GUEST, actor=alice)
        key = {"key": link_in("invitation", bob.email).rstrip("/").split("/")[-1]}
        answer = App().as_person(alice).post("me/organizations", key)
        assert refused(answer) == (403, "other_address")
        app = App().as_person(bob)
        joined = app.post("me/organizations", key)
        assert (joined.status_code, joined.json()["slug"]) == (201, "acme")
        assert [role["role"] for role in joined.json()["roles"]] == ["guest"]
        assert refused(app.post("me/organizations", key)) == (400, "link_invalid")
        assert app.delete(f"me/organizations/{acme.pk}").status_code == 204
        assert app.get("me/organizations").json() == {"results": []}
        assert app.delete(f"me/organizations/{acme.pk}").status_code == 404

    def test_the_last_owner_does_not_leave(self, mine: App, acme: Any) -> None:
        assert refused(mine.delete(f"me/organizations/{acme.pk}")) == (409, "last_owner")
        assert Membership.objects.of(acme).exists()


class TestFactors:
    def test_an_authenticator_app_is_set_up_renamed_and_removed(
        self, mine: App, theirs: App, alice: Any, mails: Any
    ) -> None:
        made = mine.post("me/factors", {"method": "totp", "name": "Phone"})
        assert (made.status_code, made.json()["uri"][:15]) == (201, "otpauth://totp/")
        assert mine.get("me/factors").json()["results"] == []
        wrong = mine.post("me/factors/confirm", {"method": "totp", "code": "000000"})
        assert refused(wrong) == (401, "invalid_code")
        code = code_of(TotpDevice.objects.get())
        confirmed = mine.post(
            "me/factors/confirm", {"method": "totp", "name": "Mobile", "code": code}
        )
        assert (confirmed.status_code, confirmed.json()["method"]) == (201, "totp")
        assert made.json()["secret"] not in mine.get("me/factors").text
        assert mails("factor_added", to=alice.email)
        path = f"me/factors/totp/{confirmed.json()['id']}"
        assert mine.change(path, {"name": "Old phone"}).json()["name"] == "Old phone"
        assert theirs.get(path).status_code == 404
        assert theirs.delete(path).status_code == 404
        assert mine.delete(path).status_code == 204
        assert not TotpDevice.objects.exists()

    def test_what_one_sign_in_began_another_does_not_finish(self, mine: App, alice: Any) -> None:
        mine.post("me/factors", {"method": "totp"})
        code = code_of(TotpDevice.objects.get())
        stolen = App().as_person(alice).post("me/factors/confirm", {"method": "totp", "code": code})
        assert stolen.status_code == 404
        assert not TotpDevice.objects.get().confirmed

    def test_a_passkey_is_set_up(self, mine: App) -> None:
        options = mine.post("me/factors", {"method": "passkey"}).json()["options"]
        credential = json.loads(Authenticator().create(options))
        body = {"method": "passkey", "name": "Key", "credential": credential}
        assert mine.post("me/factors/confirm", body).status_code == 201
        assert mine.get("me/factors").json()["results"][0]["name"] == "Key"

    def test_a_code_by_mail_is_set_up(self, mine: App) -> None:
        assert "sent_to" in mine.post("me/factors", {"method": "email"}).json()
        challenge = Challenge.objects.latest("created_at").pk
        code = str(codes.words({"challenge": challenge})["code"])
        body = {"method": "email", "code": code}
        assert mine.post("me/factors/confirm", body).status_code == 201
        assert EmailDevice.objects.get().confirmed

    def test_recovery_codes_are_shown_once(self, mine: App, alice: Any) -> None:
        assert refused(mine.post("me/recovery-codes"))[0] == 400
        TotpDevice.objects.create(user=alice, name="Phone", key=SECRET, confirmed=True)
        made = mine.post("me/recovery-codes").json()["codes"]
        assert len(made) == 10
        told = mine.get("me/factors")
        assert told.json()["recovery_codes"] == 10
        assert made[0] not in told.text

    @pytest.mark.parametrize(
        ("body", "wrong"),
        [
            ({}, "method"),
            ({"method": "recovery"}, "method"),
            ({"method": "sms"}, "number"),
            ({"method": "email", "address": "nobody"}, "address"),
            ({"method": "totp", "secret": "mine"}, "secret"),
        ],
    )
    def test_what_is_wrong_is_named(self, mine: App, body: Any, wrong: str) -> None:
        response = mine.post("me/factors", body)
        assert (response.status_code, list(response.json()["errors"])) == (400, [wrong])

    def test_setting_up_and_removing_asks_for_a_fresh_proof(self, mine: App, alice: Any) -> None:
        device = TotpDevice.objects.create(user=alice, name="x", key=SECRET, confirmed=True)
        grow_old(alice)
        for response in (
            mine.post("me/factors", {"method": "totp"}),
            mine.post("me/factors/confirm", {"method": "totp", "code": "1"}),
            mine.post("me/recovery-codes"),
            mine.delete(f"me/factors/totp/{device.pk}"),
        ):
            assert refused(response) == (401, "step_up_required")
        assert TotpDevice.objects.filter(confirmed=True).exists()

    def test_a_trusted_browser_is_forgotten(self, mine: App, theirs: App, alice: Any) -> None:
        browser = TrustedBrowser.objects.create(
            digest="d", user=alice, fingerprint="f", expires_at=timezone.now() + timedelta(days=1)
        )
        assert [one["id"] for one in mine.get("me/browsers").json()["results"]] == [str(browser.pk)]
        assert theirs.delete(f"me/browsers/{browser.pk}").status_code == 404
        assert mine.delete(f"me/browsers/{browser.pk}").status_code == 204


class TestPasswordAndAddress:
    NEW = "eight herons wait beside a river"

    def test_the_password_is_changed_and_everything_signed_out(self, mine: App, alice: Any) -> None:
        wrong = mine.post("me/password", {"current": "guess", "password": self.NEW})
        assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["current"])
        body = {"current": PASSWORD, "password": self.NEW}
        assert mine.post("me/password", body).status_code == 204
        assert mine.get("me").status_code == 401
        mine.token = ""
        assert (
            mine.post("auth/login", {"email": alice.email, "password": self.NEW}).status_code == 200
        )

    def test_the_address_changes_once_its_mail_was_read(
        self, mine: App, alice: Any, link_in: Any
    ) -> None:
        body = {"email": "ada@example.com", "password": PASSWORD}
        assert mine.post("me/email", body).status_code == 202
        alice.refresh_from_db()
        assert alice.email == "alice@example.com"
        key = link_in("confirm_new_email").rstrip("/").split("/")[-1]
        assert mine.post("me/email/confirm", {"key": key}).json() == {"email": "ada@example.com"}
        assert mine.post("me/email/confirm", {"key": str(uuid4())}).status_code == 400
