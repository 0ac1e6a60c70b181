"""Doors × people is too much for every run, so that people take turns; `bin/test --exhaustive` has everybody try each.

Of all doors a run takes a share; what it tries leaves out no answer that these have to give, and nobody. Which
doors, and who begins, is drawn anew each time, from the seed that the head of a failed run names.
"""

import os
import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

EXHAUSTIVE = "MAGO_TEST_EXHAUSTIVE" in os.environ
Door = TypeVar("Door")
Who = TypeVar("Who")
# Of so many doors, each run takes one.
SHARE = 4


def a_share(doors: Iterable[Door], *, exhaustive: bool = EXHAUSTIVE) -> list[Door]:
    """Some of the doors, from all over: a run with another seed has others."""
    all_of_them = list(doors)
    return all_of_them if exhaustive else all_of_them[random.randrange(SHARE) :: SHARE]


def left_out(tests: Iterable[tuple[str, Door]], seed: int) -> list[Door]:
    """Of each family, by its name, the tests that are not among the share that this run takes."""
    families: dict[str, list[Door]] = defaultdict(list)
    for family, test in tests:
        families[family].append(test)
    left: list[Door] = []
    for name, family in families.items():
        chosen = random.Random(f"{seed} {name}").sample(
            range(len(family)), -(-len(family) // SHARE)
        )
        left += [test for number, test in enumerate(family) if number not in chosen]
    return left


def examples(most: int) -> int:
    """How many examples of so many a run makes up."""
    return most if EXHAUSTIVE else max(2, most // SHARE)


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
