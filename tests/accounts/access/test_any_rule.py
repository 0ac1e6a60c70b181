"""Conditions, whatever the data: nothing breaks, what is no rule never holds, and knowing less never wins."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.access.conditions import DEEPEST, BadRule, check, evaluate
from accounts.access.facts import Facts, Strength

pytestmark = pytest.mark.one_database

TEXTS = st.sampled_from(
    ["password", "192.0.2.0/24", "::/0", "UTC", "08:00", "example.com", "", "site.country"]
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "all",
                    "any",
                    "not",
                    "network",
                    "time",
                    "strength",
                    "method",
                    "email_domain",
                    "attribute",
                    "zone",
                    "days",
                    "from",
                    "to",
                    "at_least",
                    "minutes",
                    "name",
                    "any_of",
                    "?",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)

CLOCKS = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))

LEAVES = st.one_of(
    st.lists(
        st.sampled_from(["192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32"]), min_size=1, max_size=3
    ).map(lambda body: {"network": body}),
    st.fixed_dictionaries(
        {"zone": st.sampled_from(["UTC", "Europe/Rome", "Asia/Kathmandu"])},
        optional={
            "days": st.lists(st.integers(1, 7), min_size=1, max_size=7),
            "from": CLOCKS,
            "to": CLOCKS,
        },
    ).map(lambda body: {"time": body}),
    st.fixed_dictionaries(
        {"at_least": st.integers(1, 3)}, optional={"minutes": st.integers(1, 1000)}
    ).map(lambda body: {"strength": body}),
    st.lists(st.sampled_from(["password", "saml"]), min_size=1).map(
        lambda body: {"method": body[:5]}
    ),
    st.just({"email_domain": ["example.com"]}),
    st.just({"attribute": {"name": "site.country", "any_of": ["IT"]}}),
)

MONOTONE = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
        lambda rules: st.sampled_from([{"all": rules}, {"any": rules}])
    ),
    max_leaves=5,
)

RULES = st.recursive(
    LEAVES,
    lambda inner: (
        inner.map(lambda rule: {"not": rule})
        | st.lists(inner, min_size=1, max_size=3).map(lambda rules: {"any": rules})
        | st.lists(inner, min_size=1, max_size=3).map(lambda rules: {"all": rules})
    ),
    max_leaves=5,
).filter(lambda rule: depth_of(rule) <= DEEPEST)

KNOWN = st.builds(
    Facts,
    now=st.datetimes(
        timezones=st.just(UTC),
        min_value=datetime(1990, 1, 1),  # noqa: DTZ001
        max_value=datetime(2090, 1, 1),  # noqa: DTZ001
    ),
    address=st.sampled_from(
        ["", "192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "no address", "1.2.3"]
    ),
    email=st.sampled_from(["", "alice@example.com", "@", "example.com", "\x00"]),
    method=st.sampled_from(["", "password", "saml"]),
    strength=st.sampled_from(Strength),
    factor_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    attributes=st.sampled_from(
        [{}, {"site.country": "IT"}, {"site.country": None}, {"site.country": ["IT"]}]
    ),
)


def depth_of(rule: dict[str, Any]) -> int:
    ((kind, body),) = rule.items()
    inner = [body] if kind == "not" else body if kind in ("all", "any") else []
    return 1 + max(map(depth_of, inner)) if inner else 0


@given(JSON, KNOWN)
def test_no_data_breaks_it_and_what_is_no_rule_never_holds(rule: Any, known: Facts) -> None:
    verdict = evaluate(rule, known)
    assert verdict.reason
    try:
        check(rule)
    except BadRule:
        assert not verdict


@given(RULES, KNOWN)
def test_every_rule_is_accepted_and_has_a_verdict_with_a_reason(
    rule: dict[str, Any], known: Facts
) -> None:
    check(rule)
    verdict = evaluate(rule, known)
    assert verdict.reason
    assert not (verdict and evaluate({"not": rule}, known))
    assert bool(evaluate({"all": [rule, rule]}, known)) == bool(verdict)
    assert bool(evaluate({"any": [rule, rule]}, known)) == bool(verdict)


@given(RULES, RULES, KNOWN)
def test_all_asks_for_each_and_any_for_one(
    a: dict[str, Any], b: dict[str, Any], known: Facts
) -> None:
    one, other = bool(evaluate(a, known)), bool(evaluate(b, known))
    if max(depth_of(a), depth_of(b)) < DEEPEST:
        assert bool(evaluate({"all": [a, b]}, known)) == (one and other)
        assert bool(evaluate({"any": [a, b]}, known)) == (one or other)


@given(MONOTONE.filter(lambda rule: depth_of(rule) <= DEEPEST), KNOWN, st.sampled_from(Strength))
def test_without_not_a_surer_or_fresher_sign_in_never_loses(
    rule: dict[str, Any], known: Facts, surer: Strength
) -> None:
    if evaluate(rule, known):
        better = {**vars(known), "strength": max(known.strength, surer), "factor_at": known.now}
        assert evaluate(rule, Facts(**better))


@given(
    MONOTONE.filter(lambda rule: depth_of(rule) <= DEEPEST),
    KNOWN,
    st.sampled_from(["address", "email", "method", "attributes", "strength", "factor_at"]),
)
def test_without_not_knowing_less_never_wins(rule: dict[str, Any], known: Facts, gone: str) -> None:
    nothing = {"attributes": {}, "strength": Strength.NONE, "factor_at": None}.get(gone, "")
    if not evaluate(rule, known):
        assert not evaluate(rule, Facts(**{**vars(known), gone: nothing}))
