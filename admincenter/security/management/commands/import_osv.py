"""`manage.py import_osv FILE`: advisories of an OSV file that concern our own locked packages become tickets."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from admincenter.security.exchange import osv
from admincenter.security.exchange.found import Unreadable
from admincenter.security.selectors.programmes import programme_of
from admincenter.security.services.imports import import_findings


class Command(BaseCommand):
    help = "Read an offline OSV file (JSON or ZIP) against requirements.txt; prints what it found as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--requirements", type=Path, default=Path(settings.BASE_DIR) / "requirements.txt"
        )
        parser.add_argument("--dry-run", action="store_true", help="write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            packages = osv.pinned(options["requirements"].read_text(encoding="utf-8"))
            found = osv.read(options["file"].read_bytes(), packages)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from None
        except Unreadable as error:
            raise CommandError(str(error.why)) from None
        rows = import_findings(
            programme=programme_of(None), found=found, actor=None, dry_run=options["dry_run"]
        )
        told = [
            {
                "advisory": row.found.rule,
                "component": row.found.component,
                "outcome": row.outcome.value,
                "ticket": str(row.ticket) if row.ticket else None,
            }
            for row in rows
        ]
        self.stdout.write(json.dumps({"packages": len(packages), "findings": told}))
