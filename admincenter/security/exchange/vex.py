"""CycloneDX VEX 1.4 to 1.6: what is known of the vulnerabilities of components."""

import re
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from .. import cvss
from ..models import Source
from ..severity import Severity
from .found import MOST, Found, Unreadable, dicts, fingerprint, inside, text

VERSIONS = ("1.4", "1.5", "1.6")
# impactAnalysisState: nothing is owed of these.
_ENDED = ("resolved", "resolved_with_pedigree", "false_positive", "not_affected")
# 3.0 differs from 3.1 in no metric of the base score.
_METHODS = {"CVSSv4": "CVSS:4.0/", "CVSSv31": "CVSS:3.1/", "CVSSv3": "CVSS:3.1/"}
_WORST_FIRST = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.NONE)


@dataclass(frozen=True)
class _Part:
    """What is affected: as it is shown, and by what it is known whatever its version."""

    shown: str
    name: str


@dataclass(frozen=True)
class _Told:
    """What is said of a vulnerability, for each component that it affects: read and cleaned once."""

    name: str
    words: str
    description: str
    vector: str
    severity: str
    ended: bool


def read(document: dict[str, Any], *, source: str = Source.ADVISORY) -> list[Found]:
    """One for each vulnerability and component that it affects; Unreadable for anything but these versions."""
    if document.get("bomFormat") != "CycloneDX" or document.get("specVersion") not in VERSIONS:
        raise Unreadable(_("This is no CycloneDX 1.4, 1.5 or 1.6."))
    parts = _parts(document)
    found: list[Found] = []
    for one in dicts(document.get("vulnerabilities")):
        told = _told(one)
        places = [a for a in dicts(one.get("affects")) if isinstance(a.get("ref"), str)]
        for place in places or [{"ref": ""}]:
            found.append(_found(told, _part(place["ref"], parts), _is_spared(place), source))
            if len(found) > MOST:
                raise Unreadable(_("These are more results than can be taken at once."))
    return found


def _parts(document: dict[str, Any]) -> dict[str, _Part]:
    """The components by their references, also those within others and the one that the document is about."""
    parts: dict[str, _Part] = {}
    waiting = [document.get("components"), [inside(document, "metadata", "component")]]
    while waiting:
        for one in dicts(waiting.pop()):
            if isinstance(key := one.get("bom-ref"), str):
                group, name = text(one.get("group"), 60), text(one.get("name"), 80)
                name = "/".join(filter(None, [group, name]))
                parts[key] = _Part(f"{name} {text(one.get('version'), 40)}".strip(), name)
            waiting.append(one.get("components"))
    return parts


def _part(ref: str, parts: dict[str, _Part]) -> _Part:
    """By its reference, in this document or in another (`urn:cdx:serial/version#ref`), which has a version of its own."""
    if ref.startswith("urn:cdx:"):
        ref = ref.rpartition("#")[2]
    shown = text(ref, 300)
    # A package URL: what follows the @ or ? is none of its name.
    name = re.split(r"[@?#]", shown.removeprefix("pkg:").replace("/@", "/%40"))[0]
    return parts.get(ref) or _Part(shown, name if shown.startswith("pkg:") else shown)


def _told(one: dict[str, Any]) -> _Told:
    name, ratings = text(one.get("id"), 100), list(dicts(one.get("ratings")))
    words = text(one.get("description"), 20_000, lines=True)
    detail = text(inside(one, "analysis", "detail"), 5000, lines=True)
    ended = inside(one, "analysis", "state") in _ENDED or bool(one.get("rejected"))
    return _Told(
        name=name,
        words=" ".join(filter(None, [name, text(words, 120)])),
        description="\n\n".join(filter(None, [words, detail])),
        vector=_vector(ratings),
        severity=_severity(ratings),
        ended=ended,
    )


def _is_spared(place: dict[str, Any]) -> bool:
    """Whether each of its versions that are named is unaffected."""
    versions = list(dicts(place.get("versions")))
    return bool(versions) and all(one.get("status") == "unaffected" for one in versions)


def _found(told: _Told, part: _Part, spared: bool, source: str) -> Found:
    found = Found(
        title=told.words,
        tool="CycloneDX VEX",
        source=source,
        rule=told.name,
        component=part.shown,
        vector=told.vector,
        severity=told.severity,
        # Without the version: an update that does not help leaves it the same finding.
        fingerprint=fingerprint("vex", told.name, part.name),
        ended=told.ended or spared,
    )
    found.description = told.description
    if not told.name:
        found.errors.append(_("The vulnerability has no id."))
    return found


def _vector(ratings: list[dict[str, Any]]) -> str:
    """The newest kind of vector that is one."""
    for method, prefix in _METHODS.items():
        for rating in ratings:
            vector = rating.get("vector")
            if rating.get("method") == method and isinstance(vector, str):
                vector = vector.replace("CVSS:3.0/", "CVSS:3.1/", 1)
                with suppress(cvss.BadVector):
                    return cvss.rate(
                        vector if vector.startswith("CVSS:") else prefix + vector
                    ).vector
    return ""


def _severity(ratings: list[dict[str, Any]]) -> str:
    """The worst that somebody gave, in words or as a score of CVSS."""
    told = {_severity_in(rating) for rating in ratings}
    return next((one for one in _WORST_FIRST if one in told), Severity.UNRATED)


def _severity_in(rating: dict[str, Any]) -> str:
    words, score = rating.get("severity"), rating.get("score")
    if isinstance(words, str) and words in Severity.values:
        return words
    is_cvss = rating.get("method") in tuple(_METHODS)
    if is_cvss and isinstance(score, int | float) and 0 <= score <= 10:
        return cvss.severity_of(Decimal(str(float(score))))
    return Severity.UNRATED
