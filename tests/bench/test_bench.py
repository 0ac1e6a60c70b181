"""The bench stands on the product as it is; its figures are no business of the suite."""

import pytest
from django.urls import Resolver404, resolve

from accounts.signin.hashers import Argon2idHasher
from bench.hashing import ClockedHasher, clock
from bench.report import Row, table
from bench.windows import measure, ratio


def test_the_clocked_hash_is_the_product_s() -> None:
    encoded, before = Argon2idHasher().encode("seven geese", "salt-of-16-bytes"), clock.count
    assert ClockedHasher().verify("seven geese", encoded)
    assert ClockedHasher().encode("seven geese", "salt-of-16-bytes") == encoded
    assert clock.count == before + 2


def test_the_empty_views_are_mounted_beside_the_product_and_not_in_it() -> None:
    assert resolve("/bench/empty/", urlconf="bench.urls").func.access == "public"
    assert resolve("/accounts/login/", urlconf="bench.urls").url_name == "account_login"
    with pytest.raises(Resolver404):
        resolve("/bench/empty/")


def test_windows_compare_neighbours_and_take_the_hash_off() -> None:
    used = iter(range(100))
    samples = measure(
        {"a": lambda: None, "b": lambda: None}, lambda: next(used), lambda: 0.0, rounds=2, seconds=0
    )
    assert samples["a"].own_cpu == [1, 1]
    assert ratio(samples["a"].own_cpu, samples["b"].own_cpu) == 1


def test_a_goal_is_met_or_not() -> None:
    assert Row("G1", "sign-in", "5 ms", "1 ms", 5, 10).is_met
    assert not Row("G13", "mails", "400/s", "", 400, 500, at_least=True).is_met
    assert "NOT MET" in table([Row("G2", "sign-in", "5 ms", "1 ms", 5, 1.2)])
