"""SMS: to whom, how many, for how much; and nobody who asks can tell whether one was sent."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.utils import translation

from accounts.mfa import services, sms_caps
from accounts.mfa.flows import Flow, Purpose
from accounts.mfa.methods.base import CannotEnrol
from accounts.mfa.models import Kind, SmsDevice, SmsTally
from accounts.mfa.numbers import BadNumber, normalize_number
from accounts.mfa.selectors import kinds_for
from mago.audit.tags import Tag
from mago.core.errors import Conflict
from mago.messaging.models import Message
from mago.messaging.render import render

from .conftest import sent_code, signing_in

pytestmark = pytest.mark.django_db
NUMBER = "+393471234567"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+39 347 1234567", NUMBER),
        ("+39-347-123.4567", NUMBER),
        ("347 1234567", ""),  # no country
        ("+39 06 6982", ""),  # a desk
        ("+39 347", ""),
        ("+39 899 000000", ""),  # dear
        ("+882 13 300 655", ""),  # a satellite
        ("+53 5 2345678", ""),  # a country to which nothing is sent
        ("+1 (876) 555-0123", ""),  # Jamaica, which looks like the United States
        ("\x00", ""),
    ],
)
def test_mobile_numbers_of_countries_to_which_we_send(typed: str, number: str) -> None:
    try:
        assert normalize_number(typed) == number
    except BadNumber:
        assert not number


def test_sms_stands_only_beside_something_stronger(alice: Any, totp_of: Any, email_of: Any) -> None:
    flow = Flow("f", Purpose.ENROL, alice)
    ask = {"user": alice, "kind": Kind.SMS, "name": "", "flow": flow, "number": NUMBER}
    email_of(alice)
    with pytest.raises(services.FactorRefused) as refused:
        services.enrol_factor(**ask)
    assert refused.value.code == "sms_alone"
    app = totp_of(alice)
    made = services.enrol_factor(**ask)
    services.confirm_factor(
        user=alice, kind=Kind.SMS, flow=flow, factor=made.factor, answer=sent_code()
    )
    with pytest.raises(Conflict) as kept:
        services.remove_factor(factor=app, actor=alice)
    assert kept.value.code == "sms_alone"


def test_administrators_have_none_unless_the_operator_says_so(
    dora: Any, totp_of: Any, sms_of: Any, settings: LazySettings
) -> None:
    totp_of(dora)
    sms_of(dora)
    assert Kind.SMS not in kinds_for(dora)
    settings.SMS_FOR_ADMINISTRATORS = True
    assert Kind.SMS in kinds_for(dora)


def test_a_number_that_is_enrolled_is_not_enrolled_again(
    alice: Any, totp_of: Any, sms_of: Any
) -> None:
    totp_of(alice)
    sms_of(alice, NUMBER)
    flow = Flow("f", Purpose.ENROL, alice)
    with pytest.raises(CannotEnrol) as refused:
        services.enrol_factor(user=alice, kind=Kind.SMS, name="", flow=flow, number=NUMBER)
    assert "number" in refused.value.fields


@pytest.mark.parametrize("language", ["en", "it"])
def test_a_code_costs_one_sms(alice: Any, sms_of: Any, language: str) -> None:
    alice.language = language
    services.begin(signing_in(alice), sms_of(alice))
    with translation.override("en"):
        text = render(Message.objects.get()).text.strip()
    assert sent_code() in text
    # One character beyond GSM 03.38 and the SMS holds 70 instead of 160.
    assert len(text) <= 160
    assert text.isascii() or not set(text) - set("èéùìòàÄÖÑÜäöñü£¥§¿") - set(map(chr, range(128)))


def numbers(how_many: int, prefix: str = "+39347") -> list[str]:
    """Each with a prefix of its own."""
    return [f"{prefix}{number:03d}4567" for number in range(how_many)]


def refusals(of: list[str]) -> list[str]:
    return [cap.name for number in of if (cap := sms_caps.count(number)) is not None]


def test_a_prefix_gets_so_many_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sms_caps, "_without_readers", lambda *args: None)
    asked = [f"+39347123{number:04d}" for number in range(sms_caps.PREFIX_DAY + 2)]
    assert refusals(asked) == ["sms:prefix-day"] * 2
    assert refusals(["+393481234567"]) == []
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        assert refusals(asked[:1]) == []


@pytest.mark.parametrize(
    ("name", "value", "cap"),
    [
        ("SMS_PER_COUNTRY_DAY", 3, "sms:country-day"),
        ("SMS_PER_DAY", 3, "sms:day"),
        ("SMS_BUDGET", Decimal("0.35"), "sms:budget"),
        ("SMS_PER_DAY", 0, "sms:day"),
    ],
)
def test_a_country_a_day_and_a_month_have_their_caps(
    settings: LazySettings, name: str, value: Any, cap: str
) -> None:
    setattr(settings, name, value)
    sent = min(3, int(value / settings.SMS_PRICE) if name == "SMS_BUDGET" else value)
    assert refusals(numbers(5)) == [cap] * (5 - sent)
    # What is refused is counted nowhere.
    assert (
        sum(row.sent for row in SmsTally.objects.filter(place="+39", period__contains="T")) == sent
    )


def test_the_budget_starts_anew_with_the_month(settings: LazySettings) -> None:
    settings.SMS_BUDGET = settings.SMS_PRICE
    with time_machine.travel(datetime(2027, 1, 31, 12, tzinfo=UTC), tick=False) as clock:
        assert refusals(numbers(2)) == ["sms:budget"]
        clock.shift(timedelta(days=1))
        assert refusals(numbers(2)) == ["sms:budget"]


def test_where_codes_are_sent_and_none_come_back_no_more_are_sent() -> None:
    with time_machine.travel(datetime(2027, 1, 31, 12, 30, tzinfo=UTC), tick=False) as clock:
        asked = numbers(sms_caps.ENOUGH_FOR_DIAL_CODE)
        assert refusals(asked) == []
        assert refusals(["+393481234567"]) == ["sms:conversion"]
        assert refusals(["+12025550123"]) == []
        clock.shift(timedelta(hours=2))
        assert refusals(["+393481234567"]) == []


def test_a_prefix_alone_is_stopped_by_itself() -> None:
    asked = [f"+39347123{number:04d}" for number in range(sms_caps.ENOUGH_FOR_PREFIX)]
    assert refusals(asked) == []
    assert refusals(["+393471239999", "+393481239999"]) == ["sms:conversion"]


def test_where_people_enter_their_codes_nothing_stops() -> None:
    for number in numbers(sms_caps.ENOUGH_FOR_DIAL_CODE + 10):
        assert refusals([number]) == []
        sms_caps.count_entered(number)


def test_a_code_that_is_entered_counts_for_its_place(alice: Any, sms_of: Any) -> None:
    device, flow = sms_of(alice), signing_in(alice)
    services.begin(flow, device)
    services.verify(flow, device, sent_code())
    hours = SmsTally.objects.filter(period__contains="T")
    assert [(row.place, row.sent, row.entered) for row in hours.order_by("place")] == [
        ("+39", 1, 1),
        ("+39347123", 1, 1),
    ]


@pytest.fixture
def told(mails: Any, events: Any) -> tuple[Any, Any]:
    return mails, events


def test_what_is_capped_looks_like_what_is_sent_and_administrators_hear_once(
    alice: Any, dora: Any, sms_of: Any, settings: LazySettings, told: Any
) -> None:
    mails, events = told
    device: SmsDevice = sms_of(alice)
    sent = services.begin(signing_in(alice), device)
    settings.SMS_PER_DAY = 1
    for day in range(2):
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1 + day)):
            assert services.begin(signing_in(alice, str(day)), device) == sent
    assert Message.objects.filter(channel="sms").count() == 1
    assert len(mails("mfa/sms_stopped", dora.email)) == 1
    assert [event.detail["limit"] for event in events(Tag.SMS_STOPPED)] == ["sms:day"]
    assert len(events(Tag.FACTOR_CODE_HELD_BACK)) == 2
    # And what was held back has cost alice nothing.
    settings.SMS_PER_DAY = 9
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5)):
        services.begin(signing_in(alice, "more"), device)
    assert Message.objects.filter(channel="sms").count() == 2


def test_what_was_counted_a_season_ago_is_forgotten() -> None:
    sms_caps.count(NUMBER)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=140)):
        sms_caps.purge()
    assert not SmsTally.objects.exists()
