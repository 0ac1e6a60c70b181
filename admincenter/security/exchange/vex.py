"""CycloneDX VEX 1.4 to 1.6: what is known of the vulnerabilities of components."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from ..models import Source
from ..severity import Severity
from .found import MOST, Found, Unreadable, dicts, fingerprint, inside, text

VERSIONS = ("1.4", "1.5", "1.6")
# impactAnalysisState: nothing is owed of these.
_ENDED = ("resolved", "resolved_with_pedigree", "false_positive", "not_affected")
_METHODS = ("CVSSv4", "CVSSv31")


def read(document: dict[str, Any], *, source: str = Source.ADVISORY) -> list[Found]:
    """One for each vulnerability and component that it affects; Unreadable for anything but these versions."""
    if document.get("bomFormat") != "CycloneDX" or document.get("specVersion") not in VERSIONS:
        raise Unreadable(_("This is no CycloneDX 1.4, 1.5 or 1.6."))
    names = {
        key: _name(one)
        for one in dicts(document.get("components"))
        if isinstance(key := one.get("bom-ref"), str)
    }
    found: list[Found] = []
    for one in dicts(document.get("vulnerabilities")):
        told, rating = _told(one), _rating(one)
        refs = [ref for a in dicts(one.get("affects")) if isinstance(ref := a.get("ref"), str)]
        for ref in refs or [""]:
            found.append(_found(one, told, rating, names.get(ref, ref), source))
            if len(found) > MOST:
                raise Unreadable(_("These are more results than can be taken at once."))
    return found


def _name(component: dict[str, Any]) -> str:
    name, version = text(component.get("name"), 80), text(component.get("version"), 40)
    return f"{name} {version}".strip()


def _told(one: dict[str, Any]) -> tuple[str, str, str]:
    """Name, words and detail of a vulnerability: the same for each component that it affects, so cleaned once."""
    name = text(one.get("id"), 100)
    words = text(one.get("description"), 20_000, lines=True)
    return name, words, text(inside(one, "analysis", "detail"), 5000, lines=True)


def _found(
    one: dict[str, Any],
    told: tuple[str, str, str],
    rating: tuple[str, str],
    component: str,
    source: str,
) -> Found:
    (name, words, detail), (vector, severity) = told, rating
    found = Found(
        title=" ".join(filter(None, [name, text(words, 120)])),
        tool="CycloneDX VEX",
        source=source,
        rule=name,
        description="\n\n".join(filter(None, [words, detail])),
        component=component,
        vector=vector,
        severity=severity,
        fingerprint=fingerprint("vex", name, component),
        ended=inside(one, "analysis", "state") in _ENDED,
    )
    if not name:
        found.errors.append(_("The vulnerability has no id."))
    return found


def _rating(one: dict[str, Any]) -> tuple[str, str]:
    """The newest kind of vector that is there, and the severity that stands in words."""
    ratings = list(dicts(one.get("ratings")))
    for method in _METHODS:
        for rating in ratings:
            vector = rating.get("vector")
            if rating.get("method") == method and isinstance(vector, str):
                prefix = {"CVSSv4": "CVSS:4.0/", "CVSSv31": "CVSS:3.1/"}[method]
                return (vector if vector.startswith("CVSS:") else prefix + vector), _words(ratings)
    return "", _words(ratings)


def _words(ratings: list[dict[str, Any]]) -> str:
    known = [one["severity"] for one in ratings if one.get("severity") in Severity.values]
    return known[0] if known else Severity.UNRATED
