"""The strictest of all policies, field by field and at every moment: pure."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from accounts.access.facts import Strength
from accounts.organizations.models import SignInPolicy
from accounts.organizations.policy import Demand, session_lengths, strictest

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
MOMENTS = [NOW + timedelta(hours=n) for n in range(-3, 4)]
METHODS = ["password", "saml", "passkey"]
POLICIES = st.builds(
    SignInPolicy,
    strength=st.sampled_from([None, 1, 2, 3]),
    methods=st.none() | st.lists(st.sampled_from(METHODS), unique=True),
    idle_minutes=st.none() | st.integers(1, 100),
    absolute_minutes=st.none() | st.integers(1, 100),
    single_session=st.booleans(),
    grace_until=st.none() | st.sampled_from(MOMENTS),
    role=st.sampled_from(["guest", "operator"]),
)
LISTS = st.lists(POLICIES, max_size=4)


def no_weaker(demand: Demand, than: Demand) -> bool:
    """Whether whoever answers to `demand` answers to `than`, at every moment."""
    return (
        all(demand.strength_at(at) >= than.strength_at(at) for at in MOMENTS)
        and all(than.allows_method(m) or not demand.allows_method(m) for m in METHODS)
        and session_lengths(demand, remembered=True)[0] <= session_lengths(than, remembered=True)[0]
        and session_lengths(demand, remembered=True)[1] <= session_lengths(than, remembered=True)[1]
        and demand.single_session >= than.single_session
    )


@given(LISTS)
def test_the_whole_is_no_weaker_than_any_part(policies: list[SignInPolicy]) -> None:
    whole = strictest(policies)
    for policy in policies:
        assert no_weaker(whole, strictest([policy]))


@given(LISTS)
def test_the_whole_asks_for_nothing_that_no_part_does(policies: list[SignInPolicy]) -> None:
    whole, parts = strictest(policies), [strictest([policy]) for policy in policies]
    for at in MOMENTS:
        strengths = [part.strength_at(at) for part in parts]
        assert whole.strength_at(at) == max(strengths, default=Strength.SINGLE_FACTOR)
    for method in METHODS:
        assert whole.allows_method(method) == all(part.allows_method(method) for part in parts)


@given(st.lists(POLICIES, max_size=3))
def test_neither_order_nor_repetition_matters(policies: list[SignInPolicy]) -> None:
    assert {strictest(order) for order in permutations(policies)} == {strictest(policies)}
    assert strictest([*policies, *policies]) == strictest(policies)


def test_nothing_is_demanded_by_nobody() -> None:
    assert strictest([]) == strictest([SignInPolicy()]) == Demand()
    assert Demand().strength_at(NOW) == Strength.SINGLE_FACTOR
    assert Demand().allows_method("anything")


def test_the_grace_of_a_stronger_demand_does_not_put_off_a_weaker_one() -> None:
    weaker = SignInPolicy(strength=2, role="guest")
    later = NOW + timedelta(days=1)
    stronger = SignInPolicy(strength=3, grace_until=later, role="operator")
    demand = strictest([weaker, stronger])
    assert demand.strength_at(NOW) == Strength.TWO_FACTORS
    assert demand.because(NOW) == ["Platform · Guest"]
    assert demand.strength_at(later) == Strength.PHISHING_RESISTANT
    assert demand.because(later) == ["Platform · Operator"]


def test_what_is_coming_is_known_until_it_has_come() -> None:
    soon, late = NOW + timedelta(hours=1), NOW + timedelta(days=1)
    demand = strictest(
        [SignInPolicy(strength=3, grace_until=late), SignInPolicy(strength=2, grace_until=soon)]
    )
    coming = demand.next_at(NOW)
    assert coming is not None
    assert (coming.strength, coming.since) == (Strength.TWO_FACTORS, soon)
    coming = demand.next_at(soon)
    assert coming is not None
    assert coming.since == late
    assert demand.next_at(late) is None


@override_settings(SESSION_IDLE=timedelta(minutes=60), SESSION_ABSOLUTE=timedelta(hours=24))
def test_a_policy_shortens_sessions_and_never_lengthens_them() -> None:
    short = strictest([SignInPolicy(idle_minutes=5, absolute_minutes=30)])
    long = strictest([SignInPolicy(idle_minutes=10_000, absolute_minutes=100_000)])
    assert session_lengths(short, remembered=False) == (timedelta(minutes=5), timedelta(minutes=30))
    assert session_lengths(long, remembered=False) == (timedelta(minutes=60), timedelta(hours=24))


def test_no_time_at_all_is_not_taken_for_no_opinion() -> None:
    none = Demand(idle=timedelta(0), absolute=timedelta(0))
    assert session_lengths(none, remembered=True) == (timedelta(0), timedelta(0))
