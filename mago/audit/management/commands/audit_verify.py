"""manage.py audit_verify: exit status 0 when the audit trail is whole, 1 with its first break."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mago.audit.statements import Statement
from mago.audit.verification import Verdict, verify


class Command(BaseCommand):
    help = "Walk the audit trail and name the first place where it is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")
        parser.add_argument(
            "--checkpoint",
            type=Path,
            metavar="FILE",
            help="What `audit_checkpoint` printed once: the trail must still hold it.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify(kept=_kept(options["checkpoint"]))
        self.stdout.write(json.dumps(_members(verdict)) if options["json"] else _sentence(verdict))
        if verdict.first_break:
            raise SystemExit(1)


def _kept(path: Path | None) -> Statement | None:
    if path is None:
        return None
    try:
        statement: Statement = json.loads(path.read_text(encoding="utf-8"))["checkpoint"]
        if type(statement["sequence"]) is not int:
            raise TypeError
    except (OSError, ValueError, KeyError, TypeError):
        raise CommandError(f"{path} is not what `manage.py audit_checkpoint` prints.") from None
    return statement


def _members(verdict: Verdict) -> dict[str, Any]:
    broken = verdict.first_break
    problem = broken and {
        "kind": broken.kind,
        "link": broken.link,
        "event": broken.event,
        "message": str(broken),
    }
    return {
        "whole": not broken,
        "links": verdict.links,
        "removed": verdict.removed,
        "head": verdict.head,
        "problem": problem,
    }


def _sentence(verdict: Verdict) -> str:
    if verdict.first_break:
        return f"The audit trail is broken. {verdict.first_break}"
    gone = f" Events 1 to {verdict.removed} were removed, signed." if verdict.removed else ""
    return f"The audit trail is whole: {verdict.links} events, up to {verdict.head}.{gone}"
