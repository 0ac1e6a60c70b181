"""Conditions: data that is evaluated, never executed; what is unknown does not hold."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.access.conditions import DEEPEST, LONGEST, MOST, BadRule, check, evaluate
from accounts.access.facts import Facts, Strength
from mago.audit.cleaning import written_object

pytestmark = pytest.mark.one_database

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # a Wednesday
OFFICE = {"zone": "Europe/Rome", "days": [1, 2, 3, 4, 5], "from": "08:00", "to": "18:00"}
NIGHT = {"zone": "Europe/Rome", "days": [5], "from": "22:00", "to": "06:00"}


def facts(**known: Any) -> Facts:
    return Facts(**{"now": NOW, **known})


def holds(rule: dict[str, Any], **known: Any) -> bool:
    return bool(evaluate(rule, facts(**known)))


def in_rome(day: int, clock: str, month: int = 11) -> datetime:
    return datetime.fromisoformat(f"2026-{month:02}-{day:02}T{clock}").replace(tzinfo=ROME)


# --- networks ---


@pytest.mark.parametrize(
    ("networks", "address", "expected"),
    [
        (["192.0.2.0/24"], "192.0.2.0", True),
        (["192.0.2.0/24"], "192.0.2.255", True),
        (["192.0.2.0/24"], "192.0.3.0", False),
        (["192.0.2.7"], "192.0.2.7", True),
        (["192.0.2.7"], "192.0.2.8", False),
        (["192.0.2.7/24"], "192.0.2.200", True),  # host bits are of no account
        (["198.51.100.0/24", "192.0.2.0/24"], "192.0.2.1", True),
        (["192.0.2.0/24"], "::ffff:192.0.2.1", True),
        (["192.0.2.0/24"], "::ffff:192.0.3.1", False),
        (["::/0"], "192.0.2.1", False),
        (["::/0"], "::ffff:192.0.2.1", False),
        (["0.0.0.0/0"], "2001:db8::1", False),
        (["2001:db8::/32"], "2001:db8:ffff::1", True),
        (["2001:db8::/32"], "2001:db9::1", False),
        (["fe80::/10"], "fe80::1%eth0", True),
        (["0.0.0.0/0"], "", False),
        (["0.0.0.0/0"], "unix:", False),
    ],
)
def test_network(networks: list[str], address: str, expected: bool) -> None:
    assert holds({"network": networks}, address=address) is expected


# --- times ---


@pytest.mark.parametrize(
    ("body", "now", "expected"),
    [
        (OFFICE, in_rome(18, "07:59:59.999999"), False),
        (OFFICE, in_rome(18, "08:00"), True),
        (OFFICE, in_rome(18, "17:59:59.999999"), True),
        (OFFICE, in_rome(18, "18:00"), False),
        (OFFICE, in_rome(20, "12:00"), True),  # Friday
        (OFFICE, in_rome(21, "12:00"), False),  # Saturday
        # Friday's night, as long as it lasts.
        (NIGHT, in_rome(20, "21:59"), False),
        (NIGHT, in_rome(20, "22:00"), True),
        (NIGHT, in_rome(21, "00:00"), True),
        (NIGHT, in_rome(21, "05:59:59"), True),
        (NIGHT, in_rome(21, "06:00"), False),
        (NIGHT, in_rome(20, "05:00"), False),  # Thursday's
        (NIGHT, in_rome(21, "22:00"), False),  # Saturday's
        # Without an end: to the end of the day, without a gap before midnight.
        ({"zone": "Europe/Rome", "days": [3], "from": "08:00"}, in_rome(18, "23:59:59.9"), True),
        ({"zone": "Europe/Rome", "days": [3], "from": "08:00"}, in_rome(19, "00:00"), False),
        ({"zone": "Europe/Rome", "to": "08:00"}, in_rome(18, "00:00"), True),
        ({"zone": "Europe/Rome", "to": "08:00"}, in_rome(18, "08:00"), False),
        ({"zone": "Europe/Rome", "days": [3]}, in_rome(18, "23:59:59.999999"), True),
        ({"zone": "Europe/Rome", "days": [3]}, in_rome(17, "23:59:59.999999"), False),
        ({"zone": "Europe/Rome"}, in_rome(18, "00:00"), True),
        # From a time to the same one: a whole day that begins then.
        ({"zone": "UTC", "days": [3], "from": "08:00", "to": "08:00"}, NOW, True),
        ({"zone": "UTC", "days": [2], "from": "08:00", "to": "08:00"}, NOW.replace(hour=7), True),
        ({"zone": "UTC", "days": [3], "from": "08:00", "to": "08:00"}, NOW.replace(hour=7), False),
        # Whose Wednesday it is: 23:30 in Rome is 11:30 of the next day in Auckland.
        ({"zone": "Europe/Rome", "days": [3]}, in_rome(18, "23:30"), True),
        ({"zone": "Pacific/Auckland", "days": [4]}, in_rome(18, "23:30"), True),
    ],
)
def test_time(body: dict[str, Any], now: datetime, expected: bool) -> None:
    assert holds({"time": body}, now=now.astimezone(UTC)) is expected


def test_office_hours_follow_the_clocks_on_the_wall_in_summer_and_winter() -> None:
    body = {"zone": "Europe/Rome", "from": "08:00", "to": "18:00"}
    for month, first_hour in ((1, 7), (7, 6)):
        opens = datetime(2026, month, 14, first_hour, tzinfo=UTC)
        assert holds({"time": body}, now=opens)
        assert not holds({"time": body}, now=opens - timedelta(microseconds=1))


def test_the_hour_that_comes_twice_counts_twice_and_the_one_that_is_skipped_never() -> None:
    hour = {"time": {"zone": "Europe/Rome", "from": "02:00", "to": "03:00"}}

    def minutes_of(day: datetime) -> int:
        moments = (day + timedelta(minutes=n) for n in range(24 * 60))
        return sum(holds(hour, now=moment) for moment in moments)

    assert minutes_of(datetime(2026, 10, 24, 12, tzinfo=UTC)) == 120
    assert minutes_of(datetime(2026, 3, 28, 12, tzinfo=UTC)) == 0


# --- the others ---


@pytest.mark.parametrize(
    ("body", "known", "expected"),
    [
        ({"at_least": 2}, {"strength": Strength.SINGLE_FACTOR}, False),
        ({"at_least": 2}, {"strength": Strength.TWO_FACTORS}, True),
        ({"at_least": 2}, {"strength": Strength.PHISHING_RESISTANT}, True),
        ({"at_least": 1}, {}, False),
        ({"at_least": 1, "minutes": 5}, {"strength": Strength.TWO_FACTORS}, False),
        (
            {"at_least": 1, "minutes": 5},
            {"strength": Strength.TWO_FACTORS, "factor_at": NOW - timedelta(minutes=5)},
            True,
        ),
        (
            {"at_least": 1, "minutes": 5},
            {
                "strength": Strength.TWO_FACTORS,
                "factor_at": NOW - timedelta(minutes=5, microseconds=1),
            },
            False,
        ),
    ],
)
def test_strength(body: dict[str, Any], known: dict[str, Any], expected: bool) -> None:
    assert holds({"strength": body}, **known) is expected


@pytest.mark.parametrize(
    ("rule", "known", "expected"),
    [
        ({"method": ["password", "saml"]}, {"method": "saml"}, True),
        ({"method": ["password"]}, {"method": "PASSWORD"}, False),
        ({"method": ["password"]}, {}, False),
        ({"email_domain": ["Example.com"]}, {"email": "alice@EXAMPLE.COM"}, True),
        ({"email_domain": ["example.com"]}, {"email": "alice@mail.example.com"}, False),
        ({"email_domain": ["example.com"]}, {"email": "alice@badexample.com"}, False),
        ({"email_domain": ["example.com"]}, {"email": '"a@example.com"@evil.test'}, False),
        ({"email_domain": ["example.com"]}, {"email": "example.com"}, False),
        ({"email_domain": ["BÜCHER.example"]}, {"email": "a@bücher.example"}, True),
        ({"email_domain": ["bu\u0308cher.example"]}, {"email": "a@bücher.example"}, True),
        ({"email_domain": ["xn--bcher-kva.example"]}, {"email": "a@bücher.example"}, True),
        ({"email_domain": ["example.com."]}, {"email": "a@example.com"}, True),
        (
            {"not": {"email_domain": ["xn--bcher-kva.example"]}},
            {"email": "a@bücher.example"},
            False,
        ),
        ({"email_domain": ["example.com"]}, {}, False),
        (
            {"attribute": {"name": "site.country", "any_of": ["IT"]}},
            {"attributes": {"site.country": "IT"}},
            True,
        ),
        (
            {"attribute": {"name": "site.country", "any_of": ["IT"]}},
            {"attributes": {"site.country": "FR"}},
            False,
        ),
        (
            {"attribute": {"name": "site.country", "any_of": ["IT"]}},
            {"attributes": {"country": "IT"}},
            False,
        ),
        ({"attribute": {"name": "site.country", "any_of": ["IT"]}}, {}, False),
        # Tags are kept in small letters.
        (
            {"not": {"attribute": {"name": "hub.tag", "any_of": ["Closed"]}}},
            {"attributes": {"hub.tag": frozenset({"closed"})}},
            False,
        ),
        (
            {"attribute": {"name": "site.country", "any_of": ["it"]}},
            {"attributes": {"site.country": "IT"}},
            False,
        ),
    ],
)
def test_method_domain_attribute(
    rule: dict[str, Any], known: dict[str, Any], expected: bool
) -> None:
    assert holds(rule, **known) is expected


# --- together ---

YES = {"method": ["password"]}
NO = {"method": ["saml"]}
UNKNOWN = {"network": ["192.0.2.0/24"]}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"all": [YES, YES]}, True),
        ({"all": [YES, NO]}, False),
        ({"all": [YES, UNKNOWN]}, False),
        ({"any": [NO, YES]}, True),
        ({"any": [NO, NO]}, False),
        ({"any": [YES, UNKNOWN]}, True),
        ({"not": NO}, True),
        ({"not": YES}, False),
        ({"not": UNKNOWN}, False),
        ({"not": {"not": UNKNOWN}}, False),
        ({"not": {"not": YES}}, True),
        ({"not": {"any": [NO, UNKNOWN]}}, False),
        ({"not": {"all": [YES, UNKNOWN]}}, False),
        ({"not": {"all": [YES, NO]}}, True),
    ],
)
def test_combined(rule: dict[str, Any], expected: bool) -> None:
    assert holds(rule, method="password") is expected


@pytest.mark.parametrize(
    "asked",
    [
        {"network": ["192.0.2.0/24"]},
        {"strength": {"at_least": 2}},
        {"strength": {"at_least": 2, "minutes": 5}},
        {"method": ["saml"]},
        {"email_domain": ["example.com"]},
        {"attribute": {"name": "site.country", "any_of": ["IT"]}},
    ],
    ids=str,
)
def test_what_is_not_known_does_not_hold_and_neither_does_its_contrary(
    asked: dict[str, Any],
) -> None:
    assert not holds(asked)
    assert not holds({"not": asked})
    assert not holds({"any": [asked, {"not": asked}]})


def test_of_all_only_what_failed_is_told_and_of_any_what_held() -> None:
    office, night = {"time": OFFICE}, {"time": NIGHT}
    assert evaluate({"all": [office, night]}, facts()).reason.endswith("outside the allowed hours.")
    assert evaluate({"any": [night, office]}, facts()).reason.endswith("within the allowed hours.")
    assert evaluate({"not": night}, facts()).reason.startswith("Not: ")


# --- what is no rule ---

REFUSED: list[Any] = [
    None,
    True,
    1,
    "password",
    [],
    {},
    [YES],
    {"method": ["password"], "network": ["::/0"]},
    {"eval": "1 == 1"},
    {"x" * 100_000: 1},
    {"all": []},
    {"any": {}},
    {"any": [YES, {}]},
    {"all": [YES] * (MOST + 1)},
    {"not": [YES]},
    {"not": None},
    {"network": "192.0.2.0/24"},
    {"network": []},
    {"network": [3221225985]},
    {"network": ["192.0.2.0/33"]},
    {"network": ["192.0.2.300"]},
    {"network": ["example.com"]},
    {"network": ["::ffff:192.0.2.0/120"]},
    {"time": {}},
    {"time": {"zone": "Mars/Olympus"}},
    {"time": {"zone": "../../etc/passwd"}},
    {"time": {"zone": "Europe"}},
    {"time": {"zone": "UTC", "days": []}},
    {"time": {"zone": "UTC", "days": ""}},
    {"time": {"zone": "UTC", "days": "1"}},
    {"time": {"zone": "UTC", "days": {}}},
    {"time": {"zone": "UTC", "days": [0]}},
    {"time": {"zone": "UTC", "days": [8]}},
    {"time": {"zone": "UTC", "days": [True]}},
    {"time": {"zone": "UTC", "days": [1.0]}},
    {"time": {"zone": "UTC", "from": "24:00"}},
    {"time": {"zone": "UTC", "from": "8:00"}},
    {"time": {"zone": "UTC", "from": "08:00:30"}},
    {"time": {"zone": "UTC", "from": "08:00+02:00"}},
    {"time": {"zone": "UTC", "to": "٠٨:٠٠"}},
    {"time": {"zone": "UTC", "to": None}},
    {"time": {"zone": "UTC", "until": "08:00"}},
    {"strength": 2},
    {"strength": {}},
    {"strength": {"at_least": 0}},
    {"strength": {"at_least": 4}},
    {"strength": {"at_least": True}},
    {"strength": {"at_least": 2.0}},
    {"strength": {"at_least": "2"}},
    {"strength": {"at_least": []}},
    {"strength": {"at_least": 2, "minutes": 0}},
    {"strength": {"at_least": 2, "minutes": None}},
    {"strength": {"at_least": 2, "minutes": 1.5}},
    {"strength": {"at_least": 2, "minutes": 10**30}},
    {"method": [""]},
    {"method": [1]},
    {"method": ["a\x00b"]},
    {"method": ["\ud800"]},
    {"method": ["x" * 201]},
    {"method": ["password", "passkeys"]},
    {"not": {"method": ["Password"]}},
    {"not": {"email_domain": ["*.example.com"]}},
    {"email_domain": ["example.com, example.org"]},
    {"email_domain": ["https://example.com"]},
    {"email_domain": ["@"]},
    {"attribute": {"name": "site.country"}},
    {"attribute": {"any_of": ["IT"]}},
    {"attribute": {"name": "site.country", "any_of": []}},
    {"all": [{"attribute": {"name": "site.country", "any_of": ["x" * 200] * MOST}}] * 2},
]


@pytest.mark.parametrize(
    "rule", REFUSED, ids=lambda rule: str(rule)[:50].encode("ascii", "replace").decode()
)
def test_no_rule(rule: Any) -> None:
    with pytest.raises(BadRule) as refused:
        check(rule)
    assert len(str(refused.value)) < 400
    verdict = evaluate(
        rule, facts(method="password", address="192.0.2.1", strength=Strength.TWO_FACTORS)
    )
    assert not verdict
    assert verdict.reason.startswith("The condition cannot be understood")


def nested(depth: int) -> dict[str, Any]:
    return {"not": nested(depth - 1)} if depth else YES


def test_a_change_of_the_largest_condition_stands_in_the_trail() -> None:
    """Else somebody could let the whole world in where nobody sees it: deep inside, behind what is told."""
    networks = [f"198.51.{number}.0/24" for number in range(MOST)]
    before: Any = {"network": networks}
    after: Any = {"network": [*networks[:-1], "0.0.0.0/0"]}
    for _level in range(DEEPEST):
        before, after = {"all": [before]}, {"all": [after]}
        check(after)
        told = json.loads(written_object({"before": {"rule": before}, "after": {"rule": after}}))
        assert told == {"before": {"rule": before}, "after": {"rule": after}}


def test_depth_and_length_are_bounded() -> None:
    check(nested(DEEPEST))
    for rule in (nested(DEEPEST + 1), nested(500)):
        with pytest.raises(BadRule):
            check(rule)
    check({"attribute": {"name": "site.country", "any_of": ["x" * 190] * MOST}})
    assert 190 * MOST < LONGEST
