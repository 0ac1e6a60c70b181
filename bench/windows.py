"""Windows of load that alternate between the things compared, so that all see the same machine."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Action = Callable[[], None]
Probe = Callable[[], float]


@dataclass
class Samples:
    """What one kind of request cost, window by window, in seconds."""

    cpu: list[float] = field(default_factory=list)
    hashing: list[float] = field(default_factory=list)
    latency: list[float] = field(default_factory=list)

    @property
    def own_cpu(self) -> list[float]:
        """CPU of a request less its hash, window by window."""
        return [cpu - hashing for cpu, hashing in zip(self.cpu, self.hashing, strict=True)]

    def percentile(self, share: float) -> float:
        """The latency that this share of the requests stays below."""
        ordered = sorted(self.latency)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(
    actions: Mapping[str, Action], cpu: Probe, hashing: Probe, *, rounds: int, seconds: float
) -> dict[str, Samples]:
    """Each action, again and again for `seconds`, in turn, `rounds` times over.

    `cpu` and `hashing` give what has been used so far. The first round warms up and is left out.
    """
    samples = {name: Samples() for name in actions}
    for number in range(rounds + 1):
        for name, action in actions.items():
            window = _window(action, cpu, hashing, seconds)
            if number:
                samples[name].cpu += window.cpu
                samples[name].hashing += window.hashing
                samples[name].latency += window.latency
    return samples


def _window(action: Action, cpu: Probe, hashing: Probe, seconds: float) -> Samples:
    latency: list[float] = []
    hashed, used = hashing(), cpu()
    end = time.perf_counter() + seconds
    while (begin := time.perf_counter()) < end or not latency:
        action()
        latency.append(time.perf_counter() - begin)
    count = len(latency)
    used = cpu() - used
    return Samples([used / count], [(hashing() - hashed) / count], latency)


def ratio(figure: list[float], floor: list[float]) -> float:
    """The median of the windows' own ratios: neighbours in time are compared, and no others."""
    return statistics.median(a / b for a, b in zip(figure, floor, strict=True))
