"""Whatever somebody does, in whatever order, no step is skipped and no door yields a session below the policy
(ASVS 2.3.1; SECURITY, property 1).

The visitor knows alice's password, reads her mail, and is handed a right code when an action says so. What they
really showed since their sign-in began is kept here, beside what the server believes.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.access.facts import Strength
from accounts.mfa import services
from accounts.mfa.models import Challenge, EmailDevice, Kind, TotpDevice
from accounts.models import User
from accounts.organizations.services import set_policy
from mago.messaging.models import Message
from tests.conftest import Browser
from tests.turns import examples

from .conftest import SECRET, code_of, is_in, sent_code, signing_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOW = "/accounts/mfa/enrol/"
_new = count()


class Visitor:
    """One browser, and what was shown in it since its sign-in began."""

    def __init__(self, alice: User, recovery: list[str], clock: Any) -> None:
        self.alice, self.recovery, self.clock = alice, recovery, clock
        self.browser = Browser()
        self.password = "seven geese cross a wet meadow"
        self.shown: set[str] = set()
        self.held = {device.kind.value for device in self._devices()}

    def _devices(self) -> Iterator[Any]:
        for model in (TotpDevice, EmailDevice):
            yield from model.objects.filter(user=self.alice, confirmed=True)

    def post(self, path: str, **fields: str) -> Any:
        response = self.browser.post(path, fields)
        assert response.status_code < 500, path
        return response

    def give_password(self) -> None:
        if is_in(self.browser):
            return
        self.shown = {"password"}
        self.post("/accounts/login/", login=self.alice.email, password=self.password)

    def give_wrong_password(self) -> None:
        self.post("/accounts/login/", login=self.alice.email, password="wrong")

    def come_by_mail(self) -> None:
        if is_in(self.browser):
            return
        self.shown = {"email"}
        self.post("/accounts/login/code/", email=self.alice.email)
        self.post("/accounts/login/code/verify/", code=self._mailed("signin/code"))

    def reset_password(self) -> None:
        self.post("/accounts/password/reset/", email=self.alice.email)
        mails = Message.objects.filter(template="signin/reset_password").order_by("-id")
        if (mail := mails.first()) is None:
            return
        link = mail.variables()["link"]
        self.browser.get("/" + link.split("/", 3)[3])
        chosen = f"nine otters paint harbour {next(_new)}"
        if self.post("/accounts/password/reset/set/", password1=chosen).status_code == 302:
            self.password = chosen

    def _mailed(self, template: str) -> str:
        mail = Message.objects.filter(template=template).order_by("-id").first()
        return str(mail.variables()["code"]) if mail else "000000"

    def _answer(self, kind: str, key: int, code: str) -> None:
        done = self.post(f"/accounts/mfa/verify/{kind}/{key}/", code=code)
        if done.status_code == 302 and "login" not in done["Location"]:
            self.shown.add(kind)

    def give_app_code(self) -> None:
        if (
            device := TotpDevice.objects.filter(user=self.alice, confirmed=True).first()
        ) is not None:
            self._answer("totp", device.pk, code_of(device))

    def give_wrong_code(self) -> None:
        if (device := next(self._devices(), None)) is not None:
            self.post(f"/accounts/mfa/verify/{device.kind}/{device.pk}/", code="000000")

    def give_mailed_code(self) -> None:
        if (device := EmailDevice.objects.filter(user=self.alice).first()) is not None:
            path = f"/accounts/mfa/verify/email/{device.pk}/"
            if self.post(f"{path}send/").status_code == 302 and Challenge.objects.exists():
                self._answer("email", device.pk, sent_code())

    def give_recovery_code(self) -> None:
        if self.recovery:
            self._answer("recovery", 0, self.recovery.pop())

    def set_up_app(self) -> None:
        self.post(f"{NOW}totp/", name="New")
        waiting = TotpDevice.objects.filter(user=self.alice, confirmed=False).first()
        if waiting is not None:
            done = self.post(f"{NOW}totp/", code=code_of(waiting))
            if done.status_code == 302 and "login" not in done["Location"]:
                self.shown.add("totp set up")

    def walk_past(self) -> None:
        for path in ("/accounts/mfa/verify/", NOW, "/accounts/mfa/", "/accounts/"):
            assert self.browser.get(path).status_code < 500
        self.post("/accounts/mfa/verify/options/")

    def leave(self) -> None:
        self.post("/accounts/logout/")
        self.shown = set()


ACTIONS: list[Callable[[Visitor], None]] = [
    action
    for name, action in vars(Visitor).items()
    if callable(action) and not name.startswith("_") and name != "post"
]


def nothing_is_wrong(visitor: Visitor, demanded: int) -> None:
    if not is_in(visitor.browser):
        return
    session = visitor.alice.sessions.latest("created_at")
    assert session.strength >= demanded
    # The server believes in nothing that was not shown.
    told = {"totp" if one == "totp set up" else one for one in visitor.shown}
    assert set(session.proofs.split()) <= told
    if Kind.TOTP in visitor.held:
        assert told & {"totp", "recovery"}
        # What is set up in a sign-in takes the place of no factor that is held.
        assert "totp set up" not in visitor.shown or "recovery" in visitor.shown


# Not shrunk: what fails is told in the order in which it happened, and each step costs a password's hash.
@settings(
    max_examples=examples(8),
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    factors=st.sets(st.sampled_from(["totp", "email", "recovery"])),
    demanded=st.sampled_from([1, Strength.TWO_FACTORS.value, Strength.PHISHING_RESISTANT.value]),
    actions=st.lists(st.sampled_from(ACTIONS), min_size=4, max_size=10),
)
def test_no_step_is_skipped(
    factors: set[str], demanded: int, actions: list[Any], alice: User, dora: User
) -> None:
    with transaction.atomic(), time_machine.travel(datetime.now(UTC), tick=False) as clock:
        if "totp" in factors:
            TotpDevice.objects.create(user=alice, name="App", key=SECRET, confirmed=True)
        if "email" in factors:
            EmailDevice.objects.create(user=alice, name="M", address=alice.email, confirmed=True)
        recovery = []
        if factors & {"totp", "email"} and "recovery" in factors:
            recovery = services.new_recovery_codes(user=alice, flow=signing_in(alice))
        if demanded > 1:
            set_policy(organization=None, actor=dora, strength=demanded)
        visitor = Visitor(alice, recovery, clock)
        for action in actions:
            clock.shift(timedelta(seconds=61))
            action(visitor)
            nothing_is_wrong(visitor, demanded)
        transaction.set_rollback(True)


def test_the_machine_gets_in_where_it_may(alice: User) -> None:
    """Or the property above would hold for a door that is always shut."""
    TotpDevice.objects.create(user=alice, name="App", key=SECRET, confirmed=True)
    visitor = Visitor(alice, [], None)
    visitor.give_password()
    assert not is_in(visitor.browser)
    visitor.give_app_code()
    assert is_in(visitor.browser)
    nothing_is_wrong(visitor, 2)
