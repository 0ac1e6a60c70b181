"""OSV records (ossf.github.io/osv-schema), kept as a file, against the packages of a requirements.txt. Offline."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from ..models import Source
from ..severity import Severity
from .found import MOST, Found, Unreadable, dicts, fingerprint, inside, text

# An archive that unfolds to more is none of OSV's for PyPI (some 15,000 records of a few kB).
LARGEST_UNFOLDED = 400 * 1024 * 1024
MOST_RECORDS = 200_000
_PINNED = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*==\s*([A-Za-z0-9.!+_-]+)")
_SEVERITIES = {
    "CRITICAL": Severity.CRITICAL,
    "HIGH": Severity.HIGH,
    "MODERATE": Severity.MEDIUM,
    "MEDIUM": Severity.MEDIUM,
    "LOW": Severity.LOW,
}


def pinned(requirements: str) -> dict[str, Version]:
    """The packages of a lock, by canonical name; what is not pinned to one version is left out.

    >>> pinned("Django==5.2.1 \\\\\\n    --hash=sha256:0\\nrequests>=2\\n# x==1")
    {'django': <Version('5.2.1')>}
    """
    found: dict[str, Version] = {}
    for line in requirements.splitlines():
        if match := _PINNED.match(line):
            try:
                found[canonicalize_name(match[1])] = Version(match[2])
            except InvalidVersion:
                continue
    return found


def read(
    data: bytes, packages: dict[str, Version], *, source: str = Source.ADVISORY
) -> list[Found]:
    """The records that tell of one of these packages in its version; not those that were withdrawn."""
    found = [
        _found(record, affected, packages, source)
        for record in _records(data)
        if not record.get("withdrawn")
        for affected in dicts(record.get("affected"))
        if _is_ours(affected, packages)
    ]
    if len(found) > MOST:
        raise Unreadable(_("These are more results than can be taken at once."))
    # A record may name a package in several ranges.
    return list({one.fingerprint: one for one in found}.values())


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
    if not records or not all(isinstance(one.get("id"), str) for one in records):
        raise Unreadable(_("These are no records of OSV."))
    yield from records


def _unzipped(data: bytes) -> Iterator[dict[str, Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [one for one in archive.infolist() if one.filename.endswith(".json")]
            if len(files) > MOST_RECORDS or sum(f.file_size for f in files) > LARGEST_UNFOLDED:
                raise Unreadable(_("This archive unfolds to more than can be taken."))
            for file in files:
                # At most what its head says: a file that unfolds to more is cut, and no JSON any more.
                with archive.open(file) as opened:
                    piece = opened.read(file.file_size)
                try:
                    record = json.loads(piece)
                except (ValueError, RecursionError):
                    continue
                if isinstance(record, dict) and isinstance(record.get("id"), str):
                    yield record
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise Unreadable(_("This archive cannot be read.")) from None


def _package(affected: dict[str, Any]) -> str:
    if inside(affected, "package", "ecosystem") != "PyPI":
        return ""
    name = inside(affected, "package", "name")
    return canonicalize_name(name) if isinstance(name, str) else ""


def _is_ours(affected: dict[str, Any], packages: dict[str, Version]) -> bool:
    version = packages.get(_package(affected))
    if version is None:
        return False
    listed = affected.get("versions")
    if isinstance(listed, list) and any(_same(one, version) for one in listed):
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
        if (at := _version(event.get(kind))) is not None
    ]
    return sorted(found, key=lambda one: one[1])


def _version(value: Any) -> Version | None:
    try:
        return Version(value)
    except (InvalidVersion, TypeError):
        return None


def _same(value: Any, version: Version) -> bool:
    return isinstance(value, str) and _version(value) == version


def _found(
    record: dict[str, Any], affected: dict[str, Any], packages: dict[str, Version], source: str
) -> Found:
    name, package = text(record["id"], 100), _package(affected)
    words = text(record.get("summary"), 150) or text(record.get("details"), 150)
    fixed = sorted(
        {
            event["fixed"]
            for one in dicts(affected.get("ranges"))
            for event in dicts(one.get("events"))
            if isinstance(event.get("fixed"), str)
        }
    )
    aliases = [text(one, 60) for one in record.get("aliases") or [] if isinstance(one, str)]
    lines = [
        text(record.get("details"), 10_000, lines=True),
        f"Aliases: {', '.join(aliases)}" if aliases else "",
        f"Fixed in: {text(', '.join(fixed), 300)}" if fixed else "",
    ]
    return Found(
        title=f"{name} {words}",
        tool="OSV",
        source=source,
        rule=name,
        component=f"{package} {packages[package]}",
        description="\n\n".join(filter(None, lines)),
        vector=_vector(record, affected),
        severity=_SEVERITIES.get(
            str(inside(record, "database_specific", "severity")).upper(), Severity.UNRATED
        ),
        # Without the version: an update that does not help leaves it the same finding.
        fingerprint=fingerprint("osv", name, package),
    )


def _vector(record: dict[str, Any], affected: dict[str, Any]) -> str:
    rated = [*dicts(affected.get("severity")), *dicts(record.get("severity"))]
    for kind in ("CVSS_V4", "CVSS_V3"):
        for one in rated:
            if one.get("type") == kind and isinstance(vector := one.get("score"), str):
                # 3.0 differs from 3.1 in no metric of the base score.
                return vector.replace("CVSS:3.0/", "CVSS:3.1/", 1)
    return ""
