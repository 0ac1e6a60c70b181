"""OSV records (ossf.github.io/osv-schema), kept as a file, against the packages of a requirements.txt. Offline."""

import io
import json
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from .. import cvss
from ..models import Source
from ..severity import Severity
from .found import MOST, Found, Unreadable, dicts, fingerprint, inside, text

# An archive that unfolds to more is none of OSV's for PyPI (some 15,000 records of a few kB).
LARGEST_UNFOLDED = 400 * 1024 * 1024
LARGEST_RECORD = 10 * 1024 * 1024
MOST_RECORDS = 200_000
_LONGEST_VERSION = 100
# Events begin with it that concern every version, also one before 0.
_FIRST = Version("0.dev0")
_PINNED = re.compile(
    r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*===?\s*([A-Za-z0-9.!+_-]+)"
)
# What the standard library says of an archive that is broken, each by its own kind.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, NotImplementedError, RuntimeError, EOFError,
    OSError, ValueError,
)  # fmt: skip
Packages = dict[str, list[Version]]
_SEVERITIES = {
    "CRITICAL": Severity.CRITICAL,
    "HIGH": Severity.HIGH,
    "MODERATE": Severity.MEDIUM,
    "MEDIUM": Severity.MEDIUM,
    "LOW": Severity.LOW,
}


def pinned(requirements: str) -> Packages:
    """The packages of a lock, by canonical name, each with its versions: a lock for several platforms may have more than
    one. What is not pinned is left out.

    >>> pinned("Django[argon2]==5.2.1 \\\\\\n    --hash=sha256:0\\nrequests>=2\\n# x==1")
    {'django': [<Version('5.2.1')>]}
    """
    found: Packages = {}
    for line in requirements.splitlines():
        if (match := _PINNED.match(line)) and (version := _version(match[2])) is not None:
            found.setdefault(canonicalize_name(match[1]), []).append(version)
    return found


@dataclass(frozen=True)
class _Hit:
    """A record tells of a package of ours, in this version."""

    record: dict[str, Any]
    affected: dict[str, Any]
    package: str
    version: Version

    @property
    def name(self) -> str:
        return text(self.record["id"], 100)

    @property
    def aliases(self) -> list[str]:
        listed = self.record.get("aliases")
        names = (text(one, 100) for one in (listed if isinstance(listed, list) else ()))
        return [name for name in names if name]

    @property
    def severity(self) -> str:
        words = str(inside(self.record, "database_specific", "severity")).upper()
        return _SEVERITIES.get(words, Severity.UNRATED)

    @property
    def says_more(self) -> tuple[bool, bool]:
        """Of records of one vulnerability, the greater one says how severe it is."""
        return bool(_vector(self.record, self.affected)), self.severity != Severity.UNRATED


def read(data: bytes, packages: Packages, *, source: str = Source.ADVISORY) -> list[Found]:
    """The vulnerabilities of one of these packages in its version; not those that were withdrawn.

    Records that are aliases of each other are one (the schema has them symmetric and transitive).
    """
    hits: dict[tuple[str, str], _Hit] = {}
    for record in _records(data):
        for affected in () if record.get("withdrawn") else dicts(record.get("affected")):
            package = _package(affected)
            # A record may name a package in several ranges.
            if package in packages and (record["id"], package) not in hits:
                version = next((v for v in packages[package] if _is_affected(affected, v)), None)
                if version is not None:
                    hits[record["id"], package] = _Hit(record, affected, package, version)
        if len(hits) > MOST:
            raise Unreadable(_("These are more results than can be taken at once."))
    return [_found(group, source) for group in _by_alias(list(hits.values()))]


def _by_alias(hits: list[_Hit]) -> list[list[_Hit]]:
    """Those of one package and one vulnerability together, in the order of the file."""
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while (above := parents.setdefault(name, name)) != name:
            parents[name] = parents[above]
            name = parents[name]
        return name

    for hit in hits:
        for alias in hit.aliases:
            parents[root(alias)] = root(hit.name)
    groups: dict[tuple[str, str], list[_Hit]] = {}
    for hit in hits:
        groups.setdefault((hit.package, root(hit.name)), []).append(hit)
    return list(groups.values())


def _records(data: bytes) -> Iterator[dict[str, Any]]:
    """Of a zip of records, of a list, or of one; what is no JSON in a zip is passed over, what is no file of OSV refused."""
    if data.startswith(b"PK\x03\x04"):
        yield from _unzipped(data)
        return
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unreadable(_("This is no JSON in UTF-8, and no ZIP.")) from None
    records = list(dicts(document if isinstance(document, list) else [document]))
    if not records or not all(map(_is_record, records)):
        raise Unreadable(_("These are no records of OSV."))
    yield from records


def _unzipped(data: bytes) -> Iterator[dict[str, Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [one for one in archive.infolist() if one.filename.endswith(".json")]
            sizes = [file.file_size for file in files]
            if (
                len(files) > MOST_RECORDS
                or sum(sizes) > LARGEST_UNFOLDED
                or max(sizes, default=0) > LARGEST_RECORD
            ):
                raise Unreadable(_("This archive unfolds to more than can be taken."))
            for file in files:
                # At most what its head says: a file that unfolds to more is cut, and no JSON any more.
                with archive.open(file) as opened:
                    piece = opened.read(file.file_size)
                try:
                    record = json.loads(piece)
                except (ValueError, RecursionError):
                    continue
                if isinstance(record, dict) and _is_record(record):
                    yield record
    except _BROKEN:
        raise Unreadable(_("This archive cannot be read.")) from None


def _is_record(one: dict[str, Any]) -> bool:
    return bool(text(one.get("id"), 100))


def _package(affected: dict[str, Any]) -> str:
    if inside(affected, "package", "ecosystem") != "PyPI":
        return ""
    name = inside(affected, "package", "name")
    return canonicalize_name(name) if isinstance(name, str) else ""


def _is_affected(affected: dict[str, Any], version: Version) -> bool:
    listed = affected.get("versions")
    if isinstance(listed, list) and any(_version(one) == version for one in listed):
        return True
    return any(
        _in_range(events, version)
        for one in dicts(affected.get("ranges"))
        if one.get("type") == "ECOSYSTEM" and (events := list(dicts(one.get("events"))))
    )


def _in_range(events: list[dict[str, Any]], version: Version) -> bool:
    """The evaluation of the schema: introduced opens, fixed (excluded) and last_affected (included) close."""
    affected = False
    for kind, at in _ordered(events):
        if kind == "introduced" and version >= at:
            affected = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            affected = False
    return affected


def _ordered(events: list[dict[str, Any]]) -> list[tuple[str, Version]]:
    found = [
        (kind, at)
        for event in events
        for kind in ("introduced", "fixed", "last_affected")
        if (at := _FIRST if event.get(kind) == "0" else _version(event.get(kind))) is not None
    ]
    return sorted(found, key=lambda one: one[1])


def _version(value: Any) -> Version | None:
    if not isinstance(value, str) or len(value) > _LONGEST_VERSION:
        return None
    try:
        return Version(value)
    except InvalidVersion:
        return None


def _found(group: list[_Hit], source: str) -> Found:
    hit = max(group, key=lambda one: one.says_more)
    record, name = hit.record, hit.name
    words = text(record.get("summary"), 150) or text(record.get("details"), 150)
    fixed = sorted(
        {
            event["fixed"]
            for one in dicts(hit.affected.get("ranges"))
            for event in dicts(one.get("events"))
            if isinstance(event.get("fixed"), str)
        }
    )
    names = {name for one in group for name in (one.name, *one.aliases)}
    others = sorted(names - {name})
    lines = [
        text(record.get("details"), 10_000, lines=True),
        f"Aliases: {text(', '.join(others), 1000)}" if others else "",
        f"Fixed in: {text(', '.join(fixed), 300)}" if fixed else "",
    ]
    return Found(
        title=f"{name} {words}",
        tool="OSV",
        source=source,
        rule=name,
        component=f"{hit.package} {hit.version}",
        description="\n\n".join(filter(None, lines)),
        vector=_vector(record, hit.affected),
        severity=hit.severity,
        # Without the version: an update that does not help leaves it the same finding.
        fingerprint=fingerprint("osv", name, hit.package),
        known_as=[fingerprint("osv", other, hit.package) for other in others],
    )


def _vector(record: dict[str, Any], affected: dict[str, Any]) -> str:
    """The newest kind of vector that is one."""
    rated = [*dicts(affected.get("severity")), *dicts(record.get("severity"))]
    for kind in ("CVSS_V4", "CVSS_V3"):
        for one in rated:
            if one.get("type") == kind and isinstance(vector := one.get("score"), str):
                # 3.0 differs from 3.1 in no metric of the base score.
                vector = vector.replace("CVSS:3.0/", "CVSS:3.1/", 1)
                with suppress(cvss.BadVector):
                    return cvss.rate(vector).vector
    return ""
