"""The life of a hub: come in, say how it is, do what is asked, wait; and how long to wait after what."""

import secrets
from collections.abc import Callable
from typing import Any

from .client import Busy, Client, Refused, ServerNotProved, Unreachable
from .device import CannotDo, Device

FIRST_WAIT, LONGEST_WAIT = 2.0, 64.0
# Whoever was refused, or met a stranger in the server's place, gains nothing by coming soon.
PATIENCE = 300.0


def uniform(low: float, high: float) -> float:
    """A random number between the two; from the operating system, so that no two hubs draw the same ones."""
    return low + (high - low) * secrets.randbelow(2**32) / 2**32


def backoff(failures: int) -> float:
    """ "Full jitter": anywhere between now and a bound that doubles, so that hubs that fell together come back apart."""
    return uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures, 10)))


class Life:
    """`step` is one round, and tells after how many seconds the next one is due. It never raises."""

    def __init__(
        self, client: Client, device: Device, note: Callable[[str], None] = lambda line: None
    ) -> None:
        self.client, self.device, self._note = client, device, note
        self.failures = 0
        self.is_lost = self.has_come_in = False
        # What was done, so that nothing is done twice where only the answer was lost.
        self._done: dict[str, tuple[str, str, str]] = {}
        # Whether something may be left that was begun before.
        self._is_cut_off = True

    def step(self) -> float:
        self.has_come_in = False
        try:
            wait = self._round()
        except Busy as busy:
            # As the server says, and a little apart from the others that it told the same.
            return busy.retry_after + uniform(0, 1)
        except ServerNotProved as error:
            self.client.forget_token()
            wait = uniform(PATIENCE / 2, PATIENCE)
            self._say(f"this is not our server: {error}")
        except Refused as refused:
            self.failures += 1
            wait = backoff(self.failures) if self.failures < 3 else uniform(PATIENCE / 2, PATIENCE)
            self._say(f"refused: {refused}; again in {wait:.0f} s")
        except (Unreachable, KeyError, TypeError, ValueError) as error:
            # The latter: an answer came, and nobody of ours wrote it.
            self.failures, self.is_lost, self._is_cut_off = self.failures + 1, True, True
            wait = backoff(self.failures)
            self._say(f"no answer ({error}); again in {wait:.1f} s")
        else:
            self.failures, self.is_lost, self.has_come_in = 0, False, True
        return wait

    def _round(self) -> float:
        self.client.come_in()
        if "rotate_credential" in self.client.wishes or self.client.state.pending:
            self.client.wishes = []
            self._rotate()
        told = self.client.heartbeat(self.device.report())
        if self._is_cut_off:
            self._work(held=True)
            self._is_cut_off = False
        if told.tasks:
            self._work()
        return told.interval * uniform(1 - told.jitter, 1 + told.jitter)

    def _rotate(self) -> None:
        self.client.rotate()
        self._say(f"credential {self.client.state.credential.generation} is in use")

    def _work(self, *, held: bool = False) -> None:
        for task in self.client.tasks(held=held):
            key = task["id"]
            try:
                if key not in self._done:
                    self.client.tell(key, "running")
                    self._done = {key: self._do(task["kind"], task["parameters"])}
                self.client.tell(key, *self._done[key])
            except Refused as refused:
                # It has expired meanwhile; the others have not.
                self._say(f"task {key}: {refused}")

    def _do(self, kind: str, parameters: dict[str, Any]) -> tuple[str, str, str]:
        self._say(f"task: {kind}")
        try:
            if kind == "rotate_credential":
                self._rotate()
                return "done", f"Generation {self.client.state.credential.generation}.", ""
            return "done", *self.device.do(kind, parameters)
        except CannotDo as reason:
            return "failed", str(reason), ""

    def _say(self, line: str) -> None:
        self.device.note(line)
        self._note(line)
