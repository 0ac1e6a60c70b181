"""What Mago is built from is listed, with hashes and licences, and held against what is known of it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from mago.supply_chain import Package, advisories, bill_of_materials, licences, lock
from tests.running import ROOT

pytestmark = pytest.mark.one_database


def test_the_bill_lists_every_locked_package_with_its_hashes() -> None:
    packages = lock()
    bill = bill_of_materials(packages)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    names = {component["name"]: component for component in bill["components"]}
    assert names["django"]["purl"].startswith("pkg:pypi/django@5.2")
    assert len(names) == len(packages) > 60
    assert all(component["hashes"] for component in bill["components"])
    assert len(names["django"]["hashes"][0]["content"]) == 64


def test_the_same_lock_gives_the_same_bill() -> None:
    out = [io.StringIO(), io.StringIO()]
    for one in out:
        call_command("bill_of_materials", stdout=one)
    assert out[0].getvalue() == out[1].getvalue()


def test_every_package_that_is_needed_here_names_its_licence() -> None:
    assert [p.name for p in lock() if p.is_needed_here and not p.licence] == []


def test_the_list_of_licences_has_every_package() -> None:
    listed = (ROOT / "docs/licences.md").read_text()
    missing = [p.name for p in lock() if f"| {p.name} |" not in listed]
    assert missing == [], "run: manage.py bill_of_materials --licences"
    rows = licences(lock()).splitlines()
    known = {row.split(" | ")[0] for row in rows if row.startswith("| ")}
    assert {row.split(" | ")[0] for row in listed.splitlines() if row.startswith("| ")} == known


LOCKED = [Package("jinja2", "3.1.4"), Package("django-otp", "1.7.5")]


def record(name: str, **affected: Any) -> dict[str, Any]:
    return {
        "id": "PYSEC-1", "summary": "a fault",
        "affected": [{"package": {"ecosystem": "PyPI", "name": name}, **affected}],
    }  # fmt: skip


def ranged(*events: tuple[str, str]) -> dict[str, Any]:
    return {"ranges": [{"type": "ECOSYSTEM", "events": [{kind: at} for kind, at in events]}]}


@pytest.mark.parametrize(
    ("affected", "concerns"),
    [
        ({"versions": ["3.1.3", "3.1.4"]}, True),
        ({"versions": ["3.1.3"]}, False),
        (ranged(("introduced", "0")), True),
        (ranged(("introduced", "0"), ("fixed", "3.1.5")), True),
        (ranged(("introduced", "0"), ("fixed", "3.1.4")), False),
        (ranged(("introduced", "0"), ("last_affected", "3.1.4")), True),
        (ranged(("introduced", "0"), ("fixed", "2.0"), ("introduced", "3.0"), ("fixed", "3.2")), True),
        (ranged(("introduced", "3.2")), False),
        ({"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}, False),
    ],
)  # fmt: skip
def test_an_advisory_concerns_the_versions_that_it_names(affected: Any, concerns: bool) -> None:
    assert bool(advisories(LOCKED, iter([record("Jinja2", **affected)]))) is concerns


def test_names_are_one_however_they_are_written_and_what_was_withdrawn_counts_not() -> None:
    told = record("Django_OTP", versions=["1.7.5"])
    assert [a.package for a in advisories(LOCKED, iter([told]))] == ["django-otp"]
    assert advisories(LOCKED, iter([told | {"withdrawn": "2026-01-01"}])) == []
    elsewhere = record("jinja2", versions=["3.1.4"])
    elsewhere["affected"][0]["package"]["ecosystem"] = "npm"
    assert advisories(LOCKED, iter([elsewhere])) == []


def test_the_command_fails_when_something_is_known(tmp_path: Path) -> None:
    django = next(p for p in lock() if p.name == "django")
    out = io.StringIO()
    (tmp_path / "a.json").write_text(json.dumps(record("django", versions=["1.0"])))
    call_command("check_advisories", str(tmp_path), stdout=out)
    assert json.loads(out.getvalue()) == {"read": 1, "found": []}
    (tmp_path / "b.json").write_text(json.dumps([record("Django", versions=[django.version])]))
    with pytest.raises(CommandError, match="1 advisories"):
        call_command("check_advisories", str(tmp_path), stdout=io.StringIO())
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError, match="nothing was checked"):
        call_command("check_advisories", str(tmp_path / "empty"), stdout=io.StringIO())
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("check_advisories", str(tmp_path / "none"), stdout=io.StringIO())
