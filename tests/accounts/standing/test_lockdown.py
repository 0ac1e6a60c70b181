from typing import Any

import pytest

from accounts.access.models import Membership
from accounts.access.scope import PLATFORM
from accounts.access.services import set_active
from accounts.models import User
from accounts.organizations.services import create_organization
from accounts.standing import services
from accounts.standing.models import Lockdown
from mago.core.errors import Conflict, Forbidden
from tests.conftest import PASSWORD, App, Browser

pytestmark = pytest.mark.django_db


def sign_in(user: User) -> Any:
    return Browser().post("/accounts/login/", {"login": user.email, "password": PASSWORD})


class TestOfAPerson:
    def test_all_is_over_at_once_and_said_in_words(
        self, alice: User, dora: User, person: Any, mails: Any, events: Any
    ) -> None:
        from accounts.access.roles import RoleName
        from accounts.access.services import grant_role

        eve = person("eve")
        grant_role(user=eve, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
        browser, app = Browser().as_person(alice), App()
        app.sign_in(alice)
        lockdown = services.lock_down_person(person=alice, reason="stolen laptop", actor=dora)
        assert browser.get("/accounts/").status_code == 302
        assert app.get("me").status_code == 401
        assert "locked down for its security" in sign_in(alice).content.decode()
        assert [m.recipient for m in mails("locked_down")] == [eve.email]
        assert [m.recipient for m in mails("told")] == [alice.email]
        assert events("people:person:locked-down")[0].detail == {"reason": "stolen laptop"}
        with pytest.raises(Conflict):  # One way back.
            set_active(user=alice, active=True, actor=dora)
        services.lift_lockdown(lockdown=lockdown, reason="found", actor=dora)
        assert sign_in(alice).status_code == 302
        assert browser.get("/accounts/").status_code == 302

    def test_not_oneself_not_who_may_more_not_twice(
        self, alice: User, bob: User, dora: User
    ) -> None:
        with pytest.raises(Conflict):
            services.lock_down_person(person=dora, reason="x", actor=dora)
        with pytest.raises(Forbidden):
            services.lock_down_person(person=dora, reason="x", actor=bob)
        services.lock_down_person(person=alice, reason="x", actor=dora)
        with pytest.raises(Conflict):
            services.lock_down_person(person=alice, reason="x", actor=dora)

    def test_who_was_disabled_before_is_so_afterwards(self, alice: User, dora: User) -> None:
        set_active(user=alice, active=False, actor=dora)
        lockdown = services.lock_down_person(person=alice, reason="x", actor=dora)
        services.delete_person(person=alice, reason="x", actor=dora)
        services.lift_lockdown(lockdown=lockdown, reason="x", actor=dora)
        services.restore_person(person=alice, actor=dora)
        alice.refresh_from_db()
        assert not alice.is_active

    def test_who_is_disabled_meanwhile_is_so_afterwards(
        self, alice: User, dora: User, events: Any
    ) -> None:
        lockdown = services.lock_down_person(person=alice, reason="x", actor=dora)
        services.delete_person(person=alice, reason="x", actor=dora)
        set_active(user=alice, active=False, actor=None, reason="left the directory")
        services.restore_person(person=alice, actor=dora)
        services.lift_lockdown(lockdown=lockdown, reason="x", actor=dora)
        alice.refresh_from_db()
        assert not alice.is_active
        assert events("people:person:disabled")[0].detail == {"reason": "left the directory"}


class TestOfAnOrganization:
    def test_its_people_are_out_and_nobody_else(
        self, alice: User, bob: User, charlie: User, dora: User, mails: Any
    ) -> None:
        acme = create_organization(name="Acme", owner=alice, actor=dora)
        for member in (bob, dora):
            Membership.objects.create(organization=acme, user=member)
        browsers = {who: Browser().as_person(who) for who in (alice, bob, charlie, dora)}
        lockdown = services.lock_down_organization(organization=acme, reason="leak", actor=dora)
        answers = {who.email[0]: b.get("/accounts/").status_code for who, b in browsers.items()}
        assert answers == {"a": 302, "b": 302, "c": 200, "d": 200}
        assert "Acme was locked down" in sign_in(bob).content.decode()
        assert sign_in(dora).status_code == 302
        assert [m.recipient for m in mails("told")] == [alice.email]
        with pytest.raises(Conflict):
            services.lock_down_organization(organization=acme, reason="again", actor=dora)
        with pytest.raises(Forbidden):
            services.lift_lockdown(lockdown=lockdown, reason="x", actor=alice)
        services.lift_lockdown(lockdown=lockdown, reason="mended", actor=dora)
        assert sign_in(bob).status_code == 302
        with pytest.raises(Conflict):
            services.lift_lockdown(lockdown=lockdown, reason="x", actor=dora)
        assert Lockdown.objects.get().lifted_because == "mended"

    def test_another_role_on_the_platform_spares_nobody(
        self, alice: User, bob: User, dora: User
    ) -> None:
        from accounts.access.roles import RoleName
        from accounts.access.services import grant_role

        acme = create_organization(name="Acme", owner=alice, actor=dora)
        Membership.objects.create(organization=acme, user=bob)
        grant_role(user=bob, role=RoleName.SITE_ADMINISTRATOR, actor=None, scope=PLATFORM)
        browser = Browser().as_person(bob)
        services.lock_down_organization(organization=acme, reason="leak", actor=dora)
        assert browser.get("/accounts/").status_code == 302
        assert "Acme was locked down" in sign_in(bob).content.decode()

    def test_a_role_on_the_platform_that_has_ended_spares_nobody(
        self, alice: User, bob: User, dora: User
    ) -> None:
        from datetime import timedelta

        from django.utils import timezone

        from accounts.access.models import RoleBinding
        from accounts.access.roles import RoleName
        from accounts.access.services import grant_role

        acme = create_organization(name="Acme", owner=alice, actor=dora)
        Membership.objects.create(organization=acme, user=bob)
        grant_role(user=bob, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
        RoleBinding.objects.filter(user=bob).update(expires_at=timezone.now() - timedelta(days=1))
        browser = Browser().as_person(bob)
        services.lock_down_organization(organization=acme, reason="leak", actor=dora)
        assert browser.get("/accounts/").status_code == 302

    def test_what_is_disabled_meanwhile_is_so_afterwards(
        self, alice: User, dora: User, events: Any
    ) -> None:
        from accounts.organizations.services import set_organization_active

        acme = create_organization(name="Acme", owner=alice, actor=dora)
        lockdown = services.lock_down_organization(organization=acme, reason="leak", actor=dora)
        for _again in range(2):
            set_organization_active(organization=acme, active=False, actor=dora, reason="unpaid")
        services.lift_lockdown(lockdown=lockdown, reason="mended", actor=dora)
        acme.refresh_from_db()
        assert not acme.is_active
        (told,) = events("organizations:organization:disabled")
        assert told.detail == {"reason": "unpaid"}

    def test_whether_it_is_disabled_is_looked_at_anew(self, alice: User, dora: User) -> None:
        from accounts.organizations.models import Organization
        from accounts.organizations.services import set_organization_active

        acme = create_organization(name="Acme", owner=alice, actor=dora)
        seen_before = Organization.objects.get(pk=acme.pk)
        services.lock_down_organization(organization=acme, reason="leak", actor=dora)
        with pytest.raises(Conflict):
            set_organization_active(organization=seen_before, active=True, actor=dora)
        assert not Organization.objects.get(pk=acme.pk).is_active
