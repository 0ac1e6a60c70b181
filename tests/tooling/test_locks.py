"""The locked requirements: every file is checked by its hash, and none names where it comes from."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.txt", "requirements-dev.txt", "bin/uv.txt"]
REQUIREMENT = re.compile(
    r"(?P<name>[a-z0-9.\-]+)(?:\[[a-z,]+\])?==(?P<version>[^ ;]+)( ; (?P<marker>.+))?$"
)


def requirements(lock: str) -> dict[str, tuple[str, list[str]]]:
    """Name → (version and marker, hashes), of every requirement in the lock."""
    text = re.sub(r"^ *#.*\n", "", (ROOT / lock).read_text(), flags=re.MULTILINE)
    found = {}
    for entry in re.sub(r" \\\n +", " ", text).splitlines():
        requirement, *hashes = entry.split(" --hash=sha256:")
        match = REQUIREMENT.match(requirement.strip())
        assert match, f"{lock} holds more than pinned requirements: {entry}"
        found[match["name"]] = (requirement.strip().removeprefix(match["name"]), hashes)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_has_hashes(lock: str) -> None:
    entries = requirements(lock)
    assert entries
    bare = [name for name, (_, hashes) in entries.items() if not hashes]
    assert bare == []
    assert all(
        re.fullmatch("[0-9a-f]{64}", one) for _, hashes in entries.values() for one in hashes
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_no_host_is_named(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert not re.search(
        r"^\s*(-i|-f|--(extra-)?index|--find-links|--trusted-host)", text, re.MULTILINE
    )


@pytest.mark.parametrize("lock", LOCKS[:2])
def test_the_lock_holds_for_debian_12(lock: str) -> None:
    """Its Python is 3.11.2; redis needs async-timeout below 3.11.3."""
    version, _ = requirements(lock)["async-timeout"]
    assert version.endswith("; python_full_version < '3.11.3'")


def test_the_development_lock_holds_the_other_one() -> None:
    run, development = requirements("requirements.txt"), requirements("requirements-dev.txt")
    assert {name: development.get(name) for name in run} == run


@pytest.mark.parametrize("lock", LOCKS[:2])
def test_what_the_project_asks_for_is_locked(lock: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = list(project["project"]["dependencies"])
    if lock == "requirements-dev.txt":
        asked += project["dependency-groups"]["dev"]
    names = {re.match(r"[\w.\-]+", one)[0].lower() for one in asked}
    assert names <= requirements(lock).keys()
