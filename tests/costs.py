"""What the tests cost, told where pytest is asked for `--durations`: seconds of CPU, which a busy machine changes little."""

import resource
from collections import Counter
from typing import Any

import pytest

MOST = 10
NAME = "cpu"
_begun = pytest.StashKey[float]()


def spent() -> float:
    """Seconds of CPU so far, of this process and of those that it started and saw end."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


class Costs:
    """Registered only where it is asked for: looking at the clock costs as much as a small test."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        item.stash[_begun] = spent()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        # A property of a report reaches the process that sums up, from whichever ran the test.
        if call.when == "teardown":
            item.user_properties.append((NAME, spent() - item.stash[_begun]))


def pytest_configure(config: pytest.Config) -> None:
    if config.option.durations is not None:
        config.pluginmanager.register(Costs())


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The dearest files."""
    if config.option.durations is None:
        return
    files: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "teardown":
                files[report.fspath] += dict(report.user_properties)[NAME]
    terminalreporter.section(f"{MOST} dearest files, of {files.total():.0f} s of CPU in tests")
    for file, seconds in files.most_common(MOST):
        terminalreporter.write_line(f"{seconds:6.1f} s  {file}")
