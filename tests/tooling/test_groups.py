"""The last line of `bin/test`, which sums up all groups."""

import json
from pathlib import Path

from tests.__main__ import total


def test_the_groups_are_summed_up_as_pytest_would(tmp_path: Path) -> None:
    for number, more in enumerate([{"failed": 1, "error": 1, "skipped": 2}, {"skipped": 1}]):
        ended = {"failed": 0, "passed": 7, "skipped": 0, "error": 0} | more
        (tmp_path / f"{number}.json").write_text(json.dumps(ended))
    line = total(sorted(tmp_path.glob("*.json")), 61.2345)
    assert line.strip("= ") == "1 failed, 14 passed, 3 skipped, 1 error in 61.23s"


def test_a_group_that_never_got_to_its_tests_is_no_success() -> None:
    assert total([], 1).strip("= ") == "no tests ran in 1.00s"
