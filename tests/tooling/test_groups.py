"""The last line of `bin/test`, which sums up all groups."""

from pathlib import Path

from tests.__main__ import total


def test_the_groups_are_summed_up_as_pytest_would(tmp_path: Path) -> None:
    for number, figures in enumerate(['failures="1" errors="1" skipped="2"', 'skipped="1"']):
        suite = f'<testsuites><testsuite tests="10" {figures} /></testsuites>'
        (tmp_path / f"{number}.xml").write_text(suite)
    line = total(tmp_path.glob("*.xml"), 61.2345)
    assert line.strip("= ") == "1 failed, 15 passed, 3 skipped, 1 error in 61.23s"


def test_a_group_that_never_got_to_its_tests_is_no_success() -> None:
    assert total([], 1).strip("= ") == "no tests ran in 1.00s"
