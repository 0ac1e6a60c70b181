"""What Mago is built from: the locked packages, their licences, and whether anything is known against them."""

import hashlib
import json
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

_OWN = uuid.UUID("6d61676f-0000-5000-8000-000000000000")
_CLASSIFIER = "License :: "


@dataclass(frozen=True)
class Package:
    """One line of the lock; `hashes` are SHA-256 of each file of it that may be installed."""

    name: str
    version: str
    marker: str = ""
    hashes: list[str] = field(default_factory=list)

    @property
    def is_needed_here(self) -> bool:
        requirement = Requirement(f"{self.name} ; {self.marker}" if self.marker else self.name)
        return requirement.marker is None or requirement.marker.evaluate()

    @cached_property
    def licence(self) -> str:
        """As its author names it; "" where it is not installed here, or says nothing."""
        try:
            told: Any = metadata.metadata(self.name)
        except metadata.PackageNotFoundError:
            return ""
        named = [
            c.rpartition(" :: ")[2]
            for c in told.get_all("Classifier") or []
            if c.startswith(_CLASSIFIER)
        ]
        written = told.get("License-Expression") or ""
        free = (told.get("License") or "").strip()
        # Some paste the whole text of the licence there.
        short = free if free and "\n" not in free and len(free) < 80 else ""
        return (
            written
            or short
            or ", ".join(sorted(set(named) - {"OSI Approved"}))
            or "see the package"
        )


def lock(path: Path | None = None) -> list[Package]:
    """The packages that are installed in production, in the order of the lock."""
    text = (path or Path(settings.BASE_DIR) / "requirements.txt").read_text()
    text = re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)
    found = []
    for entry in re.sub(r" \\\n +", " ", text).splitlines():
        requirement, *hashes = entry.split(" --hash=sha256:")
        pinned, _, marker = requirement.partition(" ; ")
        name, _, version = re.sub(r"\[.*\]", "", pinned).partition("==")
        if version:
            found.append(
                Package(canonicalize_name(name.strip()), version.strip(), marker.strip(), hashes)
            )
    return found


def bill_of_materials(packages: list[Package]) -> dict[str, Any]:
    """CycloneDX 1.6; the same for the same lock, so that two can be compared."""
    content = json.dumps([[p.name, p.version, p.hashes] for p in packages])
    serial = uuid.uuid5(_OWN, hashlib.sha256(content.encode()).hexdigest())
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "mago",
                "name": "mago",
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": [_component(package) for package in packages],
    }


def _component(package: Package) -> dict[str, Any]:
    purl = f"pkg:pypi/{package.name}@{package.version}"
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": package.name,
        "version": package.version,
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": one} for one in package.hashes],
    }
    if package.licence:
        component["licenses"] = [{"license": {"name": package.licence}}]
    return component


def licences(packages: list[Package]) -> str:
    """A table for docs/licences.md; what other platforms need is listed without its licence."""
    rows = [f"| {p.name} | {p.licence or '–'} |" for p in packages]
    return "| package | licence |\n|---|---|\n" + "\n".join(rows) + "\n"


@dataclass(frozen=True)
class Advisory:
    id: str
    package: str
    version: str
    summary: str


def advisories(packages: list[Package], records: Iterable[dict[str, Any]]) -> list[Advisory]:
    """What the records (in OSV's form, ossf.github.io/osv-schema) know against what is locked."""
    locked = {package.name: package for package in packages}
    found = []
    for record in records:
        if record.get("withdrawn"):
            continue
        for affected in record.get("affected", []):
            named = affected.get("package", {})
            package = locked.get(canonicalize_name(named.get("name", "")))
            if (
                package
                and named.get("ecosystem") == "PyPI"
                and _is_affected(package.version, affected)
            ):
                found.append(
                    Advisory(record["id"], package.name, package.version, record.get("summary", ""))
                )
    return found


def _is_affected(version: str, affected: dict[str, Any]) -> bool:
    if version in affected.get("versions", []):
        return True
    ranges = [r for r in affected.get("ranges", []) if r.get("type") == "ECOSYSTEM"]
    return any(_is_within(Version(version), events) for events in (r["events"] for r in ranges))


def _is_within(version: Version, events: list[dict[str, str]]) -> bool:
    """Whether the last of the events up to this version let the fault in."""
    inside = False
    for event in events:
        kind, text = next(iter(event.items()))
        try:
            at = Version("0" if text == "0" else text)
        except InvalidVersion:
            continue
        if kind == "introduced" and version >= at:
            inside = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            inside = False
    return inside


def osv_records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file (one, or a list), or of all JSON files below a folder."""
    for file in sorted(path.rglob("*.json")) if path.is_dir() else [path]:
        content = json.loads(file.read_text(encoding="utf-8"))
        yield from content if isinstance(content, list) else [content]
