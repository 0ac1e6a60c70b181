"""Codes by e-mail and SMS: six digits, for one flow, for some minutes, for five tries, once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.mfa import challenges, codes, limits, services
from accounts.mfa.flows import Flow, Purpose
from accounts.mfa.models import Challenge, Kind
from accounts.sessions.assurance import Proof
from mago.audit.tags import Tag
from mago.core.errors import TooMany
from mago.messaging.models import Message
from tests.accounts.conftest import use_up

from .conftest import sent_code, signing_in, wrong

pytestmark = [pytest.mark.one_database, pytest.mark.django_db]
START = datetime(2027, 1, 15, 8, 0, tzinfo=UTC)


@pytest.fixture(params=["email", "sms"])
def device(request: pytest.FixtureRequest, alice: Any) -> Any:
    return request.getfixturevalue(f"{request.param}_of")(alice)


def verify(flow: Flow, device: Any, code: str) -> Proof | None:
    try:
        return services.verify(flow, device, code)
    except services.WrongCode:
        return None


def test_the_code_that_was_sent_is_right_once(device: Any, alice: Any) -> None:
    flow = signing_in(alice)
    services.begin(flow, device)
    code = sent_code()
    assert verify(flow, device, wrong(code)) is None
    assert (
        verify(flow, device, f"{code[:3]} {code[3:]}")
        is {
            Kind.EMAIL: Proof.MAILED_CODE,
            Kind.SMS: Proof.TEXTED_CODE,
        }[device.kind]
    )
    assert verify(flow, device, code) is None


def test_a_code_of_one_sign_in_is_wrong_in_another(device: Any, alice: Any) -> None:
    one, other = signing_in(alice, "one"), signing_in(alice, "other")
    services.begin(one, device)
    assert verify(other, device, sent_code()) is None
    step_up = Flow(one.id, Purpose.STEP_UP, alice)
    assert verify(step_up, device, sent_code()) is None
    assert verify(one, device, sent_code())


def test_alices_code_is_wrong_for_bob(device: Any, alice: Any, bob: Any, email_of: Any) -> None:
    services.begin(signing_in(alice), device)
    code = sent_code()
    his = email_of(bob)
    assert verify(signing_in(bob), his, code) is None
    assert verify(signing_in(bob), device, code) is None


@pytest.mark.parametrize(("late", "good"), [(-1, True), (1, False)])
def test_a_code_lives_for_its_minutes_and_no_second_longer(
    device: Any, alice: Any, late: int, good: bool
) -> None:
    flow = signing_in(alice)
    assert {Kind.EMAIL: timedelta(minutes=10), Kind.SMS: timedelta(minutes=5)} == codes.LIFETIMES
    with time_machine.travel(START, tick=False) as clock:
        services.begin(flow, device)
        code = sent_code()
        clock.shift(codes.LIFETIMES[device.kind] + timedelta(seconds=late))
        assert bool(verify(flow, device, code)) is good


def test_five_tries_and_the_code_is_dead(device: Any, alice: Any) -> None:
    challenge = challenges.put(
        signing_in(alice), device.kind, factor=device.pk, lifetime=timedelta(minutes=1)
    )
    assert [challenges.count_try(challenge) for _ in range(6)] == [True] * 5 + [False]
    assert verify(signing_in(alice), device, sent_code()) is None


def test_a_newer_code_replaces_the_one_before(device: Any, alice: Any) -> None:
    flow = signing_in(alice)
    with time_machine.travel(START, tick=False) as clock:
        services.begin(flow, device)
        old = sent_code()
        clock.shift(timedelta(seconds=30))
        services.begin(flow, device)
        new = sent_code()
        assert (verify(flow, device, old) is None) or old == new
        assert verify(flow, device, new)


def test_the_message_repeats_the_same_code_and_its_row_holds_none(device: Any, alice: Any) -> None:
    services.begin(signing_in(alice), device)
    message = Message.objects.latest("pk")
    assert message.variables()["code"] == message.variables()["code"] == sent_code()
    assert message.expires_at == Challenge.objects.get().expires_at
    stored = " ".join(str(value) for value in Message.objects.values_list().get())
    assert sent_code() not in stored
    assert sent_code() not in " ".join(str(v) for v in Challenge.objects.values_list().get())


def test_a_code_that_is_held_back_looks_like_one_that_was_sent(
    device: Any, alice: Any, events: Any
) -> None:
    flow = signing_in(alice)
    sent = services.begin(flow, device)
    use_up(limits.CODE_DAY, str(alice.pk), "stranger")
    assert services.begin(signing_in(alice, "two"), device) == sent
    assert Message.objects.count() == 1


def test_what_is_held_back_for_long_is_told(device: Any, alice: Any, events: Any) -> None:
    use_up(limits.CODE_HOUR, str(alice.pk), "stranger")
    services.begin(signing_in(alice), device)
    (event,) = events(Tag.FACTOR_CODE_HELD_BACK)
    assert event.detail["limit"] == "code:hour"


def test_who_uses_up_the_codes_of_a_stranger_leaves_those_of_a_known_browser(
    device: Any, alice: Any
) -> None:
    for limit in limits.CODES:
        use_up(limit, str(alice.pk), "stranger")
    services.begin(signing_in(alice, browser="desk"), device)
    assert Message.objects.count() == 1


def test_wrong_codes_end_for_strangers_and_not_at_the_owners_desk(
    device: Any, alice: Any, mails: Any, events: Any
) -> None:
    stranger, desk = signing_in(alice), signing_in(alice, "desk", browser="desk")
    for _ in range(limits.GUESS_QUICK.count):
        assert verify(stranger, device, "000000") is None
    with pytest.raises(TooMany):
        services.verify(stranger, device, "000000")
    services.begin(desk, device)
    assert verify(desk, device, sent_code())
    assert events(Tag.SIGN_IN_LIMITED)[-1].detail["kind"] == device.kind


def test_the_owner_hears_of_many_wrong_codes_once_a_day(
    email_of: Any, alice: Any, mails: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = email_of(alice)
    monkeypatch.setattr("accounts.mfa.services.guesses._wanted", lambda *args: [])
    for _ in range(limits.GUESS_MANY.count + 3):
        verify(signing_in(alice), device, "000000")
    assert len(mails("mfa/guesses", alice.email)) == 1


def test_administrators_hear_of_wrong_codes_on_many_accounts(
    email_of: Any, alice: Any, dora: Any, mails: Any, events: Any
) -> None:
    use_up(limits.GUESS_ALARM, "all")
    verify(signing_in(alice), email_of(alice), "000000")
    verify(signing_in(alice), email_of(alice), "000001")
    assert len(mails("mfa/alarm", dora.email)) == len(events(Tag.GUESSING_DETECTED)) == 1


def test_a_right_code_costs_no_guess(device: Any, alice: Any) -> None:
    flow = signing_in(alice)
    services.begin(flow, device)
    assert verify(flow, device, sent_code())
    lane = (str(alice.pk), "stranger", "")
    assert use_up(limits.GUESS_DAY, *lane) == limits.GUESS_DAY.count


def test_codes_are_spread_evenly(alice: Any) -> None:
    """ASVS 6.5.3: no digit and no range is likelier than another (chi-square, 10 classes, p ≈ 1e-6)."""
    made = [int(codes._codes(Challenge(nonce=str(number)))[0]) // 10**5 for number in range(5000)]
    expected = len(made) / 10
    assert sum((made.count(n) - expected) ** 2 / expected for n in range(10)) < 46
