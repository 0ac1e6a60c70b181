"""Trials of what is reached elsewhere, as their pages show them: each step, and how it ended."""

from collections.abc import Container, Iterable
from typing import Any, Protocol


class Trial(Protocol):
    """How far a test came: `failed` is the step that did not work, or None."""

    @property
    def failed(self) -> Any: ...
    @property
    def passed(self) -> Container[Any]: ...


def steps_of(trial: Trial, steps: Iterable[Any]) -> list[tuple[Any, str]]:
    """Each step's label, and whether it passed, failed, or never began."""
    return [(step.label, _how(step, trial)) for step in steps]


def _how(step: Any, trial: Trial) -> str:
    if step in trial.passed:
        return "passed"
    return "failed" if step == trial.failed else "not-reached"
