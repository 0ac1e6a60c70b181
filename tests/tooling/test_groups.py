"""What `bin/test` does around pytest: its environment, and the last line, which sums up all groups."""

import json
from pathlib import Path

import pytest

from tests.__main__ import environment, total


def test_the_suite_hears_where_others_programs_lie_and_no_setting_of_its_caller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAGO_NODE_PEERS", "/peers")
    monkeypatch.setenv("MAGO_BASE_URL", "https://id.example.com")
    given = environment(MAGO_DATA_DIR="/data")
    assert (given["MAGO_NODE_PEERS"], given["MAGO_DATA_DIR"]) == ("/peers", "/data")
    assert "MAGO_BASE_URL" not in given


def test_the_groups_are_summed_up_as_pytest_would(tmp_path: Path) -> None:
    for number, more in enumerate([{"failed": 1, "error": 1, "skipped": 2}, {"skipped": 1}]):
        ended = {"failed": 0, "passed": 7, "skipped": 0, "error": 0} | more
        (tmp_path / f"{number}.json").write_text(json.dumps(ended))
    line = total(sorted(tmp_path.glob("*.json")), 61.2345)
    assert line.strip("= ") == "1 failed, 14 passed, 3 skipped, 1 error in 61.23s"


def test_a_group_that_never_got_to_its_tests_is_no_success() -> None:
    assert total([], 1).strip("= ") == "no tests ran in 1.00s"
