"""Whatever is done in whatever order, no step of the entrance can be skipped.

The machine keeps in mind what each person should be able to do; after every step the site is asked
whether more than that is possible.
"""

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import grant_role, set_active
from accounts.models import User
from accounts.sessions.models import Session
from accounts.signin.models import OneTimeToken
from mago.core.models import LimitState
from mago.messaging.models import Message
from tests.accounts.conftest import is_signed_in, sign_in, sign_up
from tests.conftest import Browser
from tests.turns import examples

pytestmark = pytest.mark.one_database

PASSWORDS = [
    "seven geese cross a wet meadow",
    "nine otters paint the quiet harbour",
    "five llamas hum at the old pier",
]
EMAILS = ["alice@example.com", "bob@example.com"]
emails = st.sampled_from(EMAILS)
passwords = st.sampled_from(PASSWORDS)


class Entrance(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.before = transaction.atomic()
        self.before.__enter__()
        self.password: dict[str, str] = {}  # of people who exist
        self.disabled: set[str] = set()
        self.offered: dict[str, tuple[str, str]] = {}  # link → (address, password) of a sign-up
        self.pending: dict[str, str] = {}  # link → address, while it should work
        self.dead: list[str] = []
        # One is there from the beginning, so that few steps lead far.
        alice = User.objects.create_user(EMAILS[0], PASSWORDS[0], email_confirmed_at=timezone.now())
        self.password[alice.email] = PASSWORDS[0]
        self.browser = Browser()
        self.inside: str | None = None
        self.admin = User.objects.create_user("dora@example.com", email_confirmed_at=timezone.now())
        grant_role(
            user=self.admin, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM
        )

    def teardown(self) -> None:
        if hasattr(self, "before"):
            transaction.set_rollback(True)
            self.before.__exit__(None, None, None)

    def newest_link(self, template: str) -> str | None:
        LimitState.objects.all().delete()
        mail = Message.objects.filter(template=template).order_by("-id").first()
        return "/" + mail.variables()["link"].split("/", 3)[3] if mail else None

    @rule(email=emails, password=passwords)
    def signs_up(self, email: str, password: str) -> None:
        LimitState.objects.all().delete()
        assert sign_up(Browser(), email, password).status_code == 302
        link = self.newest_link("signin/confirm_email")
        if email not in self.password and link:
            self.offered[link] = (email, password)

    @precondition(lambda self: self.offered)
    @rule(data=st.data())
    def opens_a_link(self, data: Any) -> None:
        link = data.draw(st.sampled_from(list(self.offered)))
        email, password = self.offered[link]
        LimitState.objects.all().delete()
        answer = Browser().post(link, {"password1": password})
        if email in self.password:
            assert answer.status_code == 400
        else:
            assert answer.status_code == 302
            self.password[email] = password

    @rule(email=emails)
    def forgets(self, email: str) -> None:
        LimitState.objects.all().delete()
        Browser().post("/accounts/password/reset/", {"email": email})
        if email in self.password and email not in self.disabled:
            for link in [link for link, whose in self.pending.items() if whose == email]:
                self.dead.append(link)
                del self.pending[link]
            link = self.newest_link("signin/reset_password")
            assert link
            self.pending[link] = email

    @precondition(lambda self: self.pending)
    @rule(data=st.data(), password=passwords)
    def uses_a_reset_link(self, data: Any, password: str) -> None:
        link = data.draw(st.sampled_from(list(self.pending)))
        email = self.pending[link]
        LimitState.objects.all().delete()
        browser = Browser()
        browser.get(link)
        answer = browser.post("/accounts/password/reset/set/", {"password1": password})
        if email in self.disabled:
            assert answer.status_code == 400
        elif answer.status_code == 302:
            self.password[email] = password
            del self.pending[link]
            self.dead.append(link)
            if self.inside == email:
                self.inside = None
        else:
            assert "password1" in answer.context["form"].errors  # used before
        assert not is_signed_in(browser)

    @precondition(lambda self: self.dead)
    @rule(data=st.data(), password=passwords)
    def uses_a_dead_link(self, data: Any, password: str) -> None:
        LimitState.objects.all().delete()
        browser = Browser()
        assert browser.get(data.draw(st.sampled_from(self.dead))).status_code == 400
        assert (
            browser.post("/accounts/password/reset/set/", {"password1": password}).status_code
            == 400
        )

    @rule(email=emails, password=passwords)
    def signs_in(self, email: str, password: str) -> None:
        LimitState.objects.all().delete()
        if self.inside:
            self.browser.post("/accounts/logout/")
        self.inside = None
        answer = sign_in(self.browser, email, password)
        if self.password.get(email) == password and email not in self.disabled:
            assert answer.status_code == 302
            self.inside = email
        else:
            assert answer.status_code in (400, 403)

    @precondition(lambda self: self.password)
    @rule(data=st.data())
    def signs_in_with_the_right_password(self, data: Any) -> None:
        email = data.draw(st.sampled_from(sorted(self.password)))
        self.signs_in(email=email, password=self.password[email])

    @rule(email=emails)
    def is_disabled(self, email: str) -> None:
        if email in self.password:
            set_active(user=User.objects.get(email=email), active=False, actor=self.admin)
            self.disabled.add(email)
            if self.inside == email:
                self.inside = None

    @rule(email=emails)
    def is_enabled(self, email: str) -> None:
        if email in self.disabled:
            set_active(user=User.objects.get(email=email), active=True, actor=self.admin)
            self.disabled.discard(email)

    @rule()
    def wanders(self) -> None:
        """Pages that a step ends on, opened out of turn."""
        for path in (
            "/accounts/confirm-email/",
            "/accounts/password/reset/set/",
            "/accounts/password/reset/done/",
        ):
            self.browser.get(path)
        self.browser.post("/accounts/password/reset/set/", {"password1": PASSWORDS[0]})

    @invariant()
    def only_who_should_be_is_inside(self) -> None:
        if not hasattr(self, "inside"):
            return
        assert is_signed_in(self.browser) == (self.inside is not None)
        for session in Session.objects.filter(user__isnull=False).select_related("user"):
            assert session.user is not None
            assert session.user.is_confirmed

    @invariant()
    def nobody_exists_who_did_not_confirm(self) -> None:
        if hasattr(self, "password"):
            people = User.objects.exclude(email="dora@example.com")
            assert {user.email for user in people} == set(self.password)
            assert all(user.check_password(self.password[user.email]) for user in people)

    @invariant()
    def no_secret_is_kept(self) -> None:
        if hasattr(self, "offered"):
            kept = str(list(OneTimeToken.objects.values()))
            assert not any(link.split("/")[-2] in kept for link in [*self.offered, *self.pending])


@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.django_db
def test_no_step_can_be_skipped() -> None:
    run_state_machine_as_test(
        Entrance,
        settings=settings(
            max_examples=examples(12),
            stateful_step_count=16,
            deadline=None,
            # A story of a few steps is short enough; to shorten it further takes minutes.
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
