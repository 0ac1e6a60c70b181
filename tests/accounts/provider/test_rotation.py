"""Refresh tokens: each works once, and one that comes back later ends its family."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.access.services import set_active, sign_out_everywhere
from accounts.models import User
from accounts.provider.models import AccessToken, RefreshToken, TokenFamily
from accounts.provider.selectors import bearer_of, families_of
from accounts.provider.services import (
    InvalidGrant,
    TokenPair,
    open_family,
    purge,
    revoke_family,
    rotate,
)
from mago.core.ids import digest
from tests.races import THREADS, at_once

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
Events = Callable[..., list[Any]]


@pytest.fixture
def pair(alice: User) -> TokenPair:
    return open_family(alice, method="password", proofs=["password"])


def is_alive(pair: TokenPair) -> bool:
    return bearer_of(pair.access_token) is not None


def test_only_digests_are_kept(pair: TokenPair) -> None:
    rows = [*AccessToken.objects.values(), *RefreshToken.objects.values()]
    assert pair.access_token not in str(rows)
    assert pair.refresh_token not in str(rows)
    assert AccessToken.objects.get().digest == digest(pair.access_token)


def test_a_token_has_256_bits_behind_a_prefix_that_scanners_find(pair: TokenPair) -> None:
    assert pair.access_token.startswith("mago_at_")
    assert pair.refresh_token.startswith("mago_rt_")
    assert len(pair.access_token) == len(pair.refresh_token) == 8 + 43


def test_an_access_token_speaks_for_its_person(pair: TokenPair, alice: User) -> None:
    token = bearer_of(pair.access_token)
    assert token is not None
    assert token.family.user == alice


def test_it_ends_after_ten_minutes(alice: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pair = open_family(alice, method="password", proofs=["password"])
        assert pair.expires_in == 600
        clock.shift(599)
        assert is_alive(pair)
        clock.shift(1)
        assert not is_alive(pair)


def test_a_refresh_token_is_no_access_token(pair: TokenPair) -> None:
    assert bearer_of(pair.refresh_token) is None
    assert bearer_of(pair.refresh_token.replace("mago_rt_", "mago_at_")) is None


def test_an_access_token_is_no_refresh_token(pair: TokenPair) -> None:
    with pytest.raises(InvalidGrant):
        rotate(pair.access_token)


@pytest.mark.parametrize("token", ["", "mago_rt_", "mago_rt_" + "A" * 43, "\x00", "漢字", "\udc80"])
def test_what_never_was_a_token_is_refused(db: None, token: str) -> None:
    with pytest.raises(InvalidGrant):
        rotate(token)
    assert bearer_of(token) is None


def test_rotation_gives_a_new_pair_of_the_same_family(pair: TokenPair) -> None:
    new = rotate(pair.refresh_token)
    assert {new.access_token, new.refresh_token}.isdisjoint({pair.access_token, pair.refresh_token})
    assert is_alive(new)
    assert TokenFamily.objects.count() == 1


def test_the_chain_goes_on(pair: TokenPair) -> None:
    for _ in range(5):
        pair = rotate(pair.refresh_token)
    assert is_alive(pair)


def test_a_repeat_within_the_grace_is_a_lost_answer(alice: User, events: Events) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pair = open_family(alice, method="password", proofs=["password"])
        first = rotate(pair.refresh_token)
        clock.shift(15)
        second = rotate(pair.refresh_token)
        assert is_alive(first)
        assert is_alive(second)
    assert not events("provider:token:reused")


def test_a_repeat_after_the_grace_ends_the_family(alice: User, events: Events) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pair = open_family(alice, method="password", proofs=["password"])
        newest = rotate(pair.refresh_token)
        clock.shift(16)
        with pytest.raises(InvalidGrant) as refused:
            rotate(pair.refresh_token)
        assert refused.value.code == "token_reused"
        assert not is_alive(newest)
        with pytest.raises(InvalidGrant):
            rotate(newest.refresh_token)
    assert [event.outcome for event in events("provider:token:reused")] == ["failure"]
    assert len(events("provider:family:revoked")) == 1


def test_an_old_ancestor_ends_the_family_too(alice: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = pair = open_family(alice, method="password", proofs=["password"])
        for _ in range(3):
            pair = rotate(pair.refresh_token)
            clock.shift(60)
        with pytest.raises(InvalidGrant):
            rotate(first.refresh_token)
        assert not is_alive(pair)


def test_other_families_of_the_person_live_on(alice: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        stolen, other = (
            open_family(alice, method="password", proofs=["password"]) for _ in range(2)
        )
        rotate(stolen.refresh_token)
        clock.shift(16)
        with pytest.raises(InvalidGrant):
            rotate(stolen.refresh_token)
        assert is_alive(other)


def test_theft_is_told_once_however_often_the_token_comes_back(alice: User, events: Events) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pair = open_family(alice, method="password", proofs=["password"])
        rotate(pair.refresh_token)
        clock.shift(16)
        for _ in range(3):
            with pytest.raises(InvalidGrant):
                rotate(pair.refresh_token)
    assert len(events("provider:token:reused")) == 1


def test_it_rests_for_two_weeks_at_most(alice: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pair = open_family(alice, method="password", proofs=["password"])
        clock.shift(14 * DAY - SECOND)
        pair = rotate(pair.refresh_token)
        clock.shift(14 * DAY)
        with pytest.raises(InvalidGrant):
            rotate(pair.refresh_token)


def test_no_use_makes_it_live_for_more_than_ninety_days(alice: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pair = open_family(alice, method="password", proofs=["password"])
        for _ in range(8):
            clock.shift(11 * DAY)
            pair = rotate(pair.refresh_token)
        clock.shift(2 * DAY - SECOND)
        pair = rotate(pair.refresh_token)
        clock.shift(SECOND)
        assert not is_alive(pair)
        with pytest.raises(InvalidGrant):
            rotate(pair.refresh_token)


def test_revoking_works_at_once(pair: TokenPair, alice: User) -> None:
    revoke_family(TokenFamily.objects.get(), actor=alice)
    assert not is_alive(pair)
    with pytest.raises(InvalidGrant):
        rotate(pair.refresh_token)


def test_revoking_twice_is_told_once(pair: TokenPair, alice: User, events: Events) -> None:
    for _ in range(2):
        revoke_family(TokenFamily.objects.get(), actor=alice)
    assert len(events("provider:family:revoked")) == 1


def test_a_disabled_person_has_no_tokens_and_enabling_brings_none_back(
    pair: TokenPair, alice: User, dora: User
) -> None:
    set_active(user=alice, active=False, actor=dora)
    assert not is_alive(pair)
    with pytest.raises(InvalidGrant):
        rotate(pair.refresh_token)
    set_active(user=alice, active=True, actor=dora)
    assert not is_alive(pair)


def test_being_active_is_asked_at_each_use(pair: TokenPair, alice: User) -> None:
    User.objects.update(is_active=False)
    assert not is_alive(pair)
    with pytest.raises(InvalidGrant):
        rotate(pair.refresh_token)


def test_signed_out_everywhere_ends_them_and_not_those_that_come_after(
    pair: TokenPair, alice: User
) -> None:
    sign_out_everywhere(alice, actor=None)
    assert not is_alive(pair)
    assert is_alive(open_family(alice, method="password", proofs=["password"]))


def test_a_list_of_families_shows_the_living(pair: TokenPair, alice: User, bob: User) -> None:
    open_family(bob, method="password", proofs=["password"])
    assert families_of(alice).count() == 1
    revoke_family(families_of(alice).get(), actor=alice)
    assert not families_of(alice).exists()


def test_the_clean_up_leaves_what_is_needed_to_see_theft(alice: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pair = open_family(alice, method="password", proofs=["password"])
        newest = rotate(pair.refresh_token)
        clock.shift(3600)
        purge()
        assert not AccessToken.objects.exists()
        with pytest.raises(InvalidGrant) as refused:
            rotate(pair.refresh_token)
        assert refused.value.code == "token_reused"
        assert not is_alive(newest)


def test_the_clean_up_takes_families_that_ended(alice: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        open_family(alice, method="password", proofs=["password"])
        clock.shift(90 * DAY + SECOND)
        purge()
    assert not TokenFamily.objects.exists()
    assert not RefreshToken.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_database")
@pytest.mark.slow
def test_in_a_race_one_rotates_and_the_others_have_the_grace(alice: User, events: Events) -> None:
    pair = open_family(alice, method="password", proofs=["password"])
    pairs = at_once(lambda n: rotate(pair.refresh_token))
    assert len({each.refresh_token for each in pairs}) == THREADS
    assert all(is_alive(each) for each in pairs)
    assert not events("provider:token:reused")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_database")
def test_without_a_grace_exactly_one_of_many_rotates(alice: User, settings: Any) -> None:
    settings.REFRESH_TOKEN_GRACE = timedelta(days=-1)
    pair = open_family(alice, method="password", proofs=["password"])

    def turn_in(number: int) -> str:
        try:
            rotate(pair.refresh_token)
        except InvalidGrant as refused:
            return refused.code
        return "won"

    answers = Counter(at_once(turn_in))
    assert answers["won"] == 1
    assert answers["token_reused"] >= 1
    assert set(answers) <= {"won", "token_reused", "invalid_grant"}
    assert TokenFamily.objects.get().revoked_at is not None


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_database")
@pytest.mark.slow
def test_a_sign_out_that_races_with_a_rotation_wins(alice: User) -> None:
    pair = open_family(alice, method="password", proofs=["password"])
    family = TokenFamily.objects.get()

    def act(number: int) -> TokenPair | None:
        if number == 0:
            revoke_family(family, actor=alice)
            return None
        try:
            return rotate(pair.refresh_token)
        except InvalidGrant:
            return None

    for new in at_once(act):
        assert new is None or not is_alive(new)
