"""Argon2id as OWASP asks for it, through the lane (ASVS 11.4.2)."""

import os
import resource
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    MD5PasswordHasher,
    check_password,
    get_hasher,
    make_password,
)
from django.test import override_settings

from accounts.signin import hashers
from accounts.signin.hashers import Argon2idHasher, HashLane, known_browser, spend_a_hash
from accounts.signin.passwords.yielding import NICENESS
from mago.core.errors import Busy

pytestmark = [pytest.mark.one_database, pytest.mark.slow]

PASSWORD = "giraffe lamp tundra"
STATM = Path("/proc/self/statm")
ARGON2 = override_settings(PASSWORD_HASHERS=["accounts.signin.hashers.Argon2idHasher"])


class Weaker(Argon2PasswordHasher):
    time_cost = 1
    memory_cost = 1024
    parallelism = 1


class SpyLane(HashLane):
    """Counts who passes."""

    def __init__(self) -> None:
        super().__init__(2)
        self.passed = 0

    @contextmanager
    def slot(self) -> Iterator[None]:
        with super().slot():
            self.passed += 1
            yield


@pytest.fixture
def lane(monkeypatch: pytest.MonkeyPatch) -> SpyLane:
    spy = SpyLane()
    monkeypatch.setattr(hashers, "lane", lambda: spy)
    return spy


@pytest.fixture(scope="module")
def encoded() -> str:
    return Argon2idHasher().encode(PASSWORD, "saltsaltsaltsaltsaltsa")


def test_the_parameters_are_owasps(encoded: str) -> None:
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_products_default_is_this_hasher() -> None:
    from mago.settings import identity

    assert identity.PASSWORD_HASHERS == ["accounts.signin.hashers.Argon2idHasher"]


def test_the_right_password_verifies_and_others_do_not(encoded: str) -> None:
    hasher = Argon2idHasher()
    assert hasher.verify(PASSWORD, encoded)
    assert not hasher.verify(PASSWORD + " ", encoded)
    assert not hasher.must_update(encoded)


@pytest.mark.parametrize(
    "password",
    [" padded ", "Caf\u00e9 tundra", "Cafe\u0301 tundra", "a\x00b", "🦒" * 300, "Ünïcödé\u200d"],
)
def test_a_password_is_verified_exactly_as_received(password: str) -> None:
    hasher = Argon2idHasher()
    encoded = hasher.encode(password, hasher.salt())
    assert hasher.verify(password, encoded)
    for other in (
        password.strip(),
        password.casefold(),
        password.replace("e\u0301", "\u00e9"),
        password[:-1],
    ):
        assert hasher.verify(other, encoded) == (other == password)


def test_what_is_not_text_is_just_wrong(encoded: str) -> None:
    assert not Argon2idHasher().verify("\ud83e" * 20, encoded)
    spend_a_hash("\ud83e" * 20)


@ARGON2
@pytest.mark.parametrize("old", [Weaker(), MD5PasswordHasher()])
def test_an_old_hash_is_made_anew_at_sign_in(old: Argon2PasswordHasher) -> None:
    with override_settings(
        PASSWORD_HASHERS=[
            "accounts.signin.hashers.Argon2idHasher",
            "django.contrib.auth.hashers.MD5PasswordHasher",
        ]
    ):
        stored = old.encode(PASSWORD, "saltsaltsaltsaltsaltsa")
        upgraded: list[str] = []

        def store(password: str) -> None:
            upgraded.append(make_password(password))

        assert not check_password("wrong", stored, setter=store)
        assert upgraded == []
        assert check_password(PASSWORD, stored, setter=store)
        assert upgraded[0].startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
        assert check_password(PASSWORD, upgraded[0], setter=store)
        assert len(upgraded) == 1


def test_every_hash_passes_the_lane(lane: SpyLane, encoded: str) -> None:
    hasher = Argon2idHasher()
    hasher.encode(PASSWORD, hasher.salt())
    assert lane.passed == 1
    hasher.verify(PASSWORD, encoded)
    assert lane.passed == 2
    hasher.harden_runtime(PASSWORD, Weaker().encode(PASSWORD, "saltsaltsaltsaltsaltsa"))
    assert lane.passed == 3


def test_a_hash_of_today_needs_no_hardening(lane: SpyLane, encoded: str) -> None:
    Argon2idHasher().harden_runtime(PASSWORD, encoded)
    assert lane.passed == 0


@ARGON2
def test_an_unknown_address_costs_the_hash_that_a_known_one_costs(
    lane: SpyLane, encoded: str
) -> None:
    check_password("wrong", encoded)
    known = lane.passed
    spend_a_hash("wrong")
    assert lane.passed == 2 * known == 2


@ARGON2
def test_when_the_lane_is_full_known_and_unknown_are_told_the_same(
    monkeypatch: pytest.MonkeyPatch, encoded: str
) -> None:
    full = HashLane(1, queue=0)
    monkeypatch.setattr(hashers, "lane", lambda: full)
    with full.slot():
        with pytest.raises(Busy):
            check_password("wrong", encoded)
        with pytest.raises(Busy):
            spend_a_hash("wrong")
        with pytest.raises(Busy):
            make_password(PASSWORD)


def test_the_lane_has_as_many_slots_as_the_setting_says() -> None:
    hashers.lane.cache_clear()
    try:
        with override_settings(HASH_SLOTS=5):
            assert hashers.lane()._slots == 5
        assert hashers.lane()._slots == 5, "one lane for the life of the process"
    finally:
        hashers.lane.cache_clear()


@pytest.mark.skipif(sys.platform != "linux", reason="only there a thread has a priority of its own")
def test_a_strangers_hash_lets_all_others_go_first_and_a_known_browsers_does_not(
    lane: SpyLane, encoded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    niceness = list[int]()

    def note(self: object, password: object, encoded: str) -> bool:
        niceness.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return True

    monkeypatch.setattr(Argon2PasswordHasher, "verify", note)
    Argon2idHasher().verify(PASSWORD, encoded)
    with known_browser():
        Argon2idHasher().verify(PASSWORD, encoded)
    usual = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert niceness == [min(19, usual + NICENESS), usual]


@pytest.mark.skipif(not STATM.exists(), reason="memory is read from /proc")
def test_threads_that_hashed_keep_no_memory(encoded: str) -> None:
    """Eight of them would hold 152 MiB; slots, not threads, bound the memory (docs/performance.md, G12)."""
    hasher, everybody = Argon2idHasher(), threading.Barrier(8)

    def sign_in(number: int) -> bool:
        everybody.wait()
        return hasher.verify(PASSWORD, encoded)

    before = resident_mib()
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(sign_in, range(8)))
        # Two at a time, and what threads themselves take.
        assert resident_mib() - before < 76


def resident_mib() -> float:
    return int(STATM.read_text().split()[1]) * resource.getpagesize() / 2**20


def test_the_suite_itself_hashes_fast() -> None:
    assert get_hasher().algorithm == "md5"
