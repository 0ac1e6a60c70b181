"""What is told of a part."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """How a part does, the worst first."""

    DOWN = "down", _("Down")
    WARNING = "warning", _("Needs a look")
    WELL = "well", _("Well")
    OFF = "off", _("Not in use")


@dataclass(frozen=True)
class Part:
    """`name` is for programs; `facts` are names and values for people, none of them a secret. `url_name` has more of it."""

    name: str
    title: Any
    icon: str
    state: State
    detail: Any = ""
    facts: list[tuple[Any, Any]] = field(default_factory=list)
    url_name: str = ""


def worst(parts: Iterable[Part]) -> State:
    order = list(State)
    return min((part.state for part in parts), key=order.index, default=State.WELL)


def timed(ask: Callable[[], Any]) -> tuple[Any, str]:
    """What `ask` answers, and in how many milliseconds, in words."""
    began = time.perf_counter()
    answer = ask()
    took = (time.perf_counter() - began) * 1000
    return (
        answer,
        f"{number_format(took, 1)} ms" if took >= 0.1 else f"< {number_format(0.1, 1)} ms",
    )
