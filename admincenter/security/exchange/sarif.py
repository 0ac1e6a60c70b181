"""SARIF 2.1.0 (OASIS): the results of scanners, read and written."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..cvss import least_score, severity_of
from ..models import Source, Ticket
from ..severity import Severity
from .found import MOST, Found, Unreadable, dicts, fingerprint, inside, text

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# Section 3.27.10; "none" is no finding.
_LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW}
_LONGEST_SCORE = 20
_PLACEHOLDER = re.compile(r"\{(\d{1,2})\}")
# Results share the words of their rules: what is put into them is short, so that none of it is multiplied.
_LONGEST_PATTERN, _LONGEST_ARGUMENT, _MOST_ARGUMENTS = 1000, 200, 20
Rule = dict[str, Any]
_BACK = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}


@dataclass(frozen=True)
class _Rules:
    """The rules of a part of a tool: in their order, and the first of each name."""

    listed: list[Any]
    named: dict[str, Rule]

    def at(self, index: Any, name: str) -> Rule | None:
        """The rule of that place, unless it is another than the one that is named."""
        if not isinstance(index, int) or not 0 <= index < len(self.listed):
            return None
        found = self.listed[index]
        if not isinstance(found, dict) or not isinstance(own := found.get("id"), str):
            return None
        # A name may go on where the rule's ends: CA1000/1 (section 3.5.4).
        return found if not name or name == own or name.startswith(f"{own}/") else None


@dataclass(frozen=True)
class _Run:
    """What the results of a run refer to; read once, however many there are. The first of `parts` is the driver."""

    tool: str
    parts: list[_Rules]
    messages: Any


def read(document: dict[str, Any], *, source: str = Source.SCANNER) -> list[Found]:
    """The results of all runs that are no passes, not gone and not suppressed; Unreadable for another version."""
    if document.get("version") != "2.1.0" or not isinstance(document.get("runs"), list):
        raise Unreadable(_("This is no SARIF 2.1.0."))
    results = (
        (result, run)
        for one in dicts(document["runs"])
        if one.get("results")
        for run in [_run(one)]
        for result in dicts(one.get("results"))
        if _is_finding(result)
    )
    lines: dict[str, dict[Any, int]] = {}
    found = [_found(*one, lines, source) for one in islice(results, MOST + 1)]
    if len(found) > MOST:
        raise Unreadable(_("These are more results than can be taken at once."))
    return found


def _run(run: dict[str, Any]) -> _Run:
    driver = inside(run, "tool", "driver")
    extensions = inside(run, "tool", "extensions")
    parts = [driver, *(extensions if isinstance(extensions, list) else ())]
    return _Run(
        tool=text(inside(driver, "name"), 100) or "SARIF",
        parts=[_rules(part) for part in parts],
        messages=inside(driver, "globalMessageStrings"),
    )


def _rules(part: Any) -> _Rules:
    listed = inside(part, "rules")
    named: dict[str, Rule] = {}
    for one in dicts(listed):
        if isinstance(name := one.get("id"), str):
            named.setdefault(name, one)
    return _Rules(listed if isinstance(listed, list) else [], named)


def _is_finding(result: dict[str, Any]) -> bool:
    """Of `kind` and `level` see sections 3.27.9 and 3.27.10; what is absent was found in an earlier run only."""
    if _kind(result) not in ("fail", "open", "review") or result.get("baselineState") == "absent":
        return False
    if _kind(result) == "fail" and result.get("level") == "none":
        return False
    # Somebody has not agreed (section 3.27.23).
    statuses = [one.get("status", "accepted") for one in dicts(result.get("suppressions"))]
    return not statuses or any(status != "accepted" for status in statuses)


def _kind(result: dict[str, Any]) -> Any:
    return result.get("kind", "fail")


def _found(
    result: dict[str, Any], run: _Run, lines: dict[str, dict[Any, int]], source: str
) -> Found:
    rule, about = _rule(result, run)
    place = next(dicts(result.get("locations")), {})
    uri = text(inside(place, "physicalLocation", "artifactLocation", "uri"), 250)
    line = inside(place, "physicalLocation", "region", "startLine")
    line = line if isinstance(line, int) else None
    message = _message(result.get("message"), about, run)
    title = text(inside(about, "shortDescription", "text"), 200) or message[:200] or rule
    return Found(
        title=title,
        tool=run.tool,
        source=source,
        rule=rule,
        location=uri if line is None else f"{uri}:{line}",
        description=message,
        component=uri,
        severity=_severity(result, about),
        fingerprint=_fingerprint(result, (run.tool, rule, uri), message, line, lines),
    )


def _rule(result: dict[str, Any], run: _Run) -> tuple[str, Rule]:
    """The name of the result's rule, and what the tool says of it: in the driver, or in the extension that it names."""
    told = result.get("rule")
    name = text(result.get("ruleId") or inside(told, "id"), 200)
    index = inside(told, "index")
    index = result.get("ruleIndex") if index is None else index
    extension = inside(told, "toolComponent", "index")
    is_one = isinstance(extension, int) and 0 <= extension < len(run.parts) - 1
    part = run.parts[extension + 1 if is_one else 0]
    about = part.at(index, name)
    for one in (part, *run.parts[:10]):
        about = one.named.get(name) if about is None else about
    about = about or part.named.get(name.rpartition("/")[0]) or {}
    return name or text(about.get("id"), 200), about


def _message(message: Any, about: Rule, run: _Run) -> str:
    """Its text; else the rule's text of that name, with the arguments in their places (section 3.11.7)."""
    own = text(inside(message, "text"), 20_000, lines=True)
    if own or not isinstance(name := inside(message, "id"), str):
        return own or text(inside(message, "markdown"), 20_000, lines=True)
    listed = inside(message, "arguments")
    given = [text(one, _LONGEST_ARGUMENT) for one in (listed if isinstance(listed, list) else ())]
    words = inside(about, "messageStrings", name, "text") or inside(run.messages, name, "text")

    def put(match: re.Match[str]) -> str:
        number = int(match[1])
        return given[number] if number < len(given) else match[0]

    pattern = text(words, _LONGEST_PATTERN, lines=True)
    return _PLACEHOLDER.sub(put, pattern, count=_MOST_ARGUMENTS) or " ".join(
        [name[:200], *given[:5]]
    )


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
    if _kind(result) != "fail":
        # It has no level: somebody is to look at it first.
        return Severity.UNRATED
    level = result.get("level") or inside(about, "defaultConfiguration", "level") or "warning"
    return _LEVELS.get(level if isinstance(level, str) else "", Severity.UNRATED)


def _fingerprint(
    result: dict[str, Any],
    where: tuple[str, str, str],
    message: str,
    line: int | None,
    lines: dict[str, dict[Any, int]],
) -> str:
    """By the tool's own fingerprint where it gives one: it stays when lines move. A partial one tells what is there, and
    not in which file (section 3.27.17).

    Without, the second line of the same file and words is another finding: it is counted, as lines move.
    """
    tool, rule, uri = where
    for name in ("fingerprints", "partialFingerprints"):
        own = result.get(name)
        if isinstance(own, dict) and own:
            parts = sorted(f"{key}={value}" for key, value in own.items())
            place = [uri] if name == "partialFingerprints" and uri else []
            return fingerprint("sarif", tool, rule, *place, *parts)
    first = fingerprint("sarif", tool, rule, uri, message)
    known = lines.setdefault(first, {})
    number = known.setdefault(line, len(known))
    return fingerprint("sarif", tool, rule, uri, message, str(number)) if number else first


def write(tickets: Iterable[Ticket], *, version: str, base_url: str) -> dict[str, Any]:
    """Tickets as the results of one run, each with a rule that has its score; each is suppressed that is no work any more."""
    kept = list(tickets)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Mago",
                        "version": version,
                        "informationUri": base_url,
                        "rules": [_rule_of(ticket) for ticket in kept],
                    }
                },
                "results": [_result(ticket, number) for number, ticket in enumerate(kept)],
            }
        ],
    }


def _rule_of(ticket: Ticket) -> Rule:
    rule: Rule = {"id": str(ticket), "shortDescription": {"text": ticket.title}}
    score = ticket.score if ticket.score is not None else least_score(ticket.severity)
    if score:
        rule["properties"] = {"security-severity": str(score)}
    return rule


def _result(ticket: Ticket, number: int) -> dict[str, Any]:
    level = _BACK.get(ticket.severity, "none" if ticket.severity == "none" else "warning")
    result: dict[str, Any] = {
        "ruleId": str(ticket),
        "ruleIndex": number,
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
    result["suppressions"] = []
    if not ticket.is_pending and ticket.state != "verified":
        why = ticket.reason or ticket.get_state_display()
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return result
