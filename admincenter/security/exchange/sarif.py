"""SARIF 2.1.0 (OASIS): the results of scanners, read and written."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..cvss import severity_of
from ..models import Source, Ticket
from ..severity import Severity
from .found import MOST, Found, Unreadable, dicts, fingerprint, inside, text

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# Section 3.27.10; "none" is no finding.
_LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW}
_LONGEST_SCORE = 20
Rules = dict[str, dict[str, Any]]
_BACK = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}


def read(document: dict[str, Any], *, source: str = Source.SCANNER) -> list[Found]:
    """The results of all runs that are no passes and not suppressed; Unreadable for another version."""
    if document.get("version") != "2.1.0" or not isinstance(document.get("runs"), list):
        raise Unreadable(_("This is no SARIF 2.1.0."))
    results = (
        (result, run, rules)
        for run in dicts(document["runs"])
        for rules in [_rules(run)]
        for result in dicts(run.get("results"))
        if _is_finding(result)
    )
    found = [_found(*one, source) for one in islice(results, MOST + 1)]
    if len(found) > MOST:
        raise Unreadable(_("These are more results than can be taken at once."))
    return found


def _is_finding(result: dict[str, Any]) -> bool:
    if (
        result.get("kind", "fail") not in ("fail", "open", "review")
        or result.get("level") == "none"
    ):
        return False
    return not any(
        one.get("status", "accepted") == "accepted" for one in dicts(result.get("suppressions"))
    )


def _found(result: dict[str, Any], run: dict[str, Any], rules: Rules, source: str) -> Found:
    tool = text(inside(run, "tool", "driver", "name"), 100) or "SARIF"
    rule = text(result.get("ruleId") or inside(result, "rule", "id"), 200)
    about = _rule(run, rules, rule, result.get("ruleIndex"))
    place = next(dicts(result.get("locations")), {})
    uri = text(inside(place, "physicalLocation", "artifactLocation", "uri"), 250)
    line = inside(place, "physicalLocation", "region", "startLine")
    message = text(inside(result, "message", "text"), 20_000, lines=True)
    title = text(inside(about, "shortDescription", "text"), 200) or message[:200] or rule
    return Found(
        title=title,
        tool=tool,
        source=source,
        rule=rule,
        location=f"{uri}:{line}" if isinstance(line, int) else uri,
        description=message,
        component=uri,
        severity=_severity(result, about),
        fingerprint=_fingerprint(result, tool, rule, uri, message),
    )


def _rules(run: dict[str, Any]) -> Rules:
    """The rules of a run by their names, the first of each; read once, however many results there are."""
    found: Rules = {}
    for one in dicts(inside(run, "tool", "driver", "rules")):
        if isinstance(name := one.get("id"), str):
            found.setdefault(name, one)
    return found


def _rule(run: dict[str, Any], rules: Rules, rule: str, index: Any) -> dict[str, Any]:
    listed = inside(run, "tool", "driver", "rules")
    if isinstance(listed, list) and isinstance(index, int) and 0 <= index < len(listed):
        return listed[index] if isinstance(listed[index], dict) else {}
    return rules.get(rule, {})


def _severity(result: dict[str, Any], about: dict[str, Any]) -> str:
    """By the number of the rule (`security-severity`), else by the level."""
    given = inside(about, "properties", "security-severity")
    # Many results may share one rule, and with it whatever stands there.
    is_short = isinstance(given, str | int | float) and len(str(given)) <= _LONGEST_SCORE
    try:
        score = Decimal(str(given)) if is_short else None
    except InvalidOperation:
        score = None
    if score is not None and score.is_finite() and 0 < score <= 10:
        return severity_of(score)
    level = result.get("level") or inside(about, "defaultConfiguration", "level") or "warning"
    return _LEVELS.get(level if isinstance(level, str) else "", Severity.UNRATED)


def _fingerprint(result: dict[str, Any], tool: str, rule: str, uri: str, message: str) -> str:
    """By the tool's own fingerprint where it gives one: it stays when lines move."""
    for name in ("fingerprints", "partialFingerprints"):
        own = result.get(name)
        if isinstance(own, dict) and own:
            parts = sorted(f"{key}={value}" for key, value in own.items())
            return fingerprint("sarif", tool, rule, *parts)
    return fingerprint("sarif", tool, rule, uri, message)


def write(tickets: Iterable[Ticket], *, version: str, base_url: str) -> dict[str, Any]:
    """Tickets as the results of one run; each is suppressed that is no work any more."""
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "Mago", "version": version, "informationUri": base_url}
                },
                "results": [_result(ticket) for ticket in tickets],
            }
        ],
    }


def _result(ticket: Ticket) -> dict[str, Any]:
    level = _BACK.get(ticket.severity, "none" if ticket.severity == "none" else "warning")
    result: dict[str, Any] = {
        "ruleId": str(ticket),
        "level": level,
        "message": {"text": ticket.title},
        "partialFingerprints": {"mago/v1": str(ticket.pk)},
        "properties": {
            "state": ticket.state,
            "severity": ticket.severity,
            "cvss": ticket.vector,
            "score": float(ticket.score) if ticket.score is not None else None,
            "due": ticket.due_on.isoformat() if ticket.due_on else None,
            "source": ticket.source,
        },
    }
    if ticket.component:
        result["locations"] = [{"logicalLocations": [{"fullyQualifiedName": ticket.component}]}]
    if not ticket.is_pending and ticket.state != "verified":
        why = ticket.reason or ticket.get_state_display()
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return result
