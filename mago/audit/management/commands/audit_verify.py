"""manage.py audit_verify: exit status 0 when the audit trail is whole, 1 with its first break."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mago.audit.verification import Verdict, verify


class Command(BaseCommand):
    help = "Walk the audit trail and name the first place where it is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify()
        self.stdout.write(json.dumps(_members(verdict)) if options["json"] else _sentence(verdict))
        if verdict.first_break:
            raise SystemExit(1)


def _members(verdict: Verdict) -> dict[str, Any]:
    broken = verdict.first_break
    problem = broken and {
        "kind": broken.kind,
        "link": broken.link,
        "event": broken.event,
        "message": str(broken),
    }
    return {"whole": not broken, "links": verdict.links, "head": verdict.head, "problem": problem}


def _sentence(verdict: Verdict) -> str:
    if verdict.first_break:
        return f"The audit trail is broken. {verdict.first_break}"
    return f"The audit trail is whole: {verdict.links} events, up to {verdict.head}."
