"""The product's password hash with a clock beside it.

Hashing is most of a sign-in, and meant to be. Subtracting an average that was measured elsewhere
would leave its noise, which is larger than all the rest; so each hash is timed where it happens.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts.signin.hashers import Argon2idHasher


@dataclass
class Clock:
    """CPU time of the threads that hashed; waiting for a slot is not in it."""

    count: int = 0
    seconds: float = 0.0
    lock: Lock = field(default_factory=Lock)

    @contextmanager
    def running(self) -> Iterator[None]:
        begin = time.thread_time()
        yield
        with self.lock:
            self.count += 1
            self.seconds += time.thread_time() - begin


clock = Clock()


class Clocked(Argon2PasswordHasher):
    def encode(self, password: str, salt: str) -> str:
        with clock.running():
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        with clock.running():
            return bool(super().verify(password, encoded))


class ClockedHasher(Argon2idHasher, Clocked):
    """Ours stands before the clock, so its lane counts as part of the request."""
