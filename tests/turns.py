"""Doors × people is too much for every run, so that people take turns; `bin/test --exhaustive` has everybody try each.

What each run tries leaves out no door, no answer that a door has to give, and nobody. Who begins is
drawn anew each time, from the seed that the head of a failed run names.
"""

import os
import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

EXHAUSTIVE = "MAGO_TEST_EXHAUSTIVE" in os.environ
Door = TypeVar("Door")
Who = TypeVar("Who")


def by_turns(
    doors: Sequence[Door],
    people: Sequence[Who],
    answer: Callable[[Door, Who], Hashable],
    *,
    exhaustive: bool = EXHAUSTIVE,
) -> Iterator[tuple[Door, Who]]:
    """Each door with one of those who get the same answer there, for each answer; the next door with the next of them."""
    begin = random.randrange(len(people))
    for number, door in enumerate(doors, begin):
        alike: dict[Hashable, list[Who]] = defaultdict(list)
        for who in people:
            alike[answer(door, who)].append(who)
        for group in alike.values():
            chosen = group if exhaustive else [group[number % len(group)]]
            yield from ((door, who) for who in chosen)
