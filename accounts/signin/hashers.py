"""How passwords are hashed: Argon2id with OWASP's first parameters, through a bounded lane."""

import ctypes
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any, TypeVar

from argon2.low_level import Type, hash_secret_raw
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password

from .passwords.lane import HashLane, is_known, known_browser
from .passwords.yielding import YieldingThreads

__all__ = ["Argon2idHasher", "HashLane", "known_browser", "lane", "spend_a_hash"]

_T = TypeVar("_T")


@lru_cache(maxsize=1)
def lane() -> HashLane:
    """This process's lane: `settings.HASH_SLOTS` hashes at once, 19 MiB each."""
    _give_memory_back()
    return HashLane(settings.HASH_SLOTS)


@lru_cache(maxsize=1)
def _yielding() -> YieldingThreads:
    return YieldingThreads(settings.HASH_SLOTS)


def _in_turn(work: Callable[[], _T]) -> _T:
    """What `work` returns, in a slot of the lane. A stranger's hash takes no core that anybody else wants."""
    with lane().slot():
        return work() if is_known() else _yielding().run(work)


def _give_memory_back() -> None:
    """Memory of a MiB and more returns to the system as soon as it is freed.

    Otherwise glibc keeps it for the thread that had it, and the bound would be 19 MiB for each
    thread that ever hashed, not for each slot. Other C libraries return it anyway.
    """
    m_mmap_threshold = -3  # malloc.h
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(m_mmap_threshold, 1 << 20)


def spend_a_hash(password: str) -> None:
    """As much time and memory has gone as checking `password` takes: for an address nobody has.

    Raises Busy just as the check of a known address would (ASVS 6.3.8).
    """
    # A lone surrogate (JSON can carry one) is no character and has no bytes to hash.
    make_password(password.encode(errors="replace").decode())


class Argon2idHasher(Argon2PasswordHasher):
    """Argon2id, m=19 MiB, t=2, p=1 (OWASP password storage; ASVS 11.4.2).

    Django hashes anew at sign-in whatever was hashed with other parameters. Every method that
    hashes raises `mago.core.errors.Busy` when there are more sign-ins than this process can take.
    Hash before opening a transaction: waiting for a slot must not hold a lock of the database.
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        made = super().encode
        return str(_in_turn(lambda: made(password, salt)))

    def verify(self, password: str, encoded: str) -> bool:
        # Bytes, so that a lone surrogate is a wrong password and not an error.
        secret: Any = password.encode("utf-8", "surrogatepass")
        holds = super().verify
        return bool(_in_turn(lambda: holds(secret, encoded)))

    def harden_runtime(self, password: str, encoded: str) -> None:
        """A wrong password against a weaker, older hash takes as long as against one of today's."""
        old = self.decode(encoded)
        missing = self.time_cost * self.memory_cost - old["time_cost"] * old["memory_cost"]
        memory = missing // self.time_cost
        if memory < 8 * self.parallelism:  # RFC 9106 section 3.1: no less than 8 KiB a lane
            return
        _in_turn(
            lambda: hash_secret_raw(
                password.encode("utf-8", "surrogatepass"),
                old["salt"].encode(),
                time_cost=self.time_cost,
                memory_cost=memory,
                parallelism=self.parallelism,
                hash_len=32,
                type=Type.ID,
            )
        )
