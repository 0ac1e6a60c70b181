"""manage.py announce_schema: what has changed in the description of the API stands in docs/api-changelog.md."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from drf_spectacular.generators import SchemaGenerator

from accounts.api.announcing import facts_of, is_breaking

RELEASED = settings.BASE_DIR / "docs" / "api-schema.txt"
CHANGELOG = settings.BASE_DIR / "docs" / "api-changelog.md"
HEAD = """# Changes of the API
Made by `manage.py announce_schema`; a test fails while a change is not announced. `/api/v1` changes by addition: what
is marked as breaking here needs a reason, or another version.
"""
MOST_SHOWN = 60


class Command(BaseCommand):
    help = "Announces what has changed in the description of the API, in docs/api-changelog.md."

    def handle(self, *args: Any, **options: Any) -> None:
        before = set(RELEASED.read_text().splitlines()) if RELEASED.exists() else set()
        facts = facts_of(SchemaGenerator().get_schema(public=True))
        gone, new = before - set(facts), set(facts) - before
        if not gone and not new:
            self.stdout.write("Nothing has changed.")
            return
        RELEASED.write_text("\n".join(facts) + "\n")
        told = CHANGELOG.read_text().removeprefix(HEAD) if CHANGELOG.exists() else ""
        CHANGELOG.write_text(HEAD + _entry(before, gone, new) + told)
        self.stdout.write(f"{len(new)} new, {len(gone)} gone.")


def _entry(before: set[str], gone: set[str], new: set[str]) -> str:
    kind = "breaking" if is_breaking(gone, new, before) else "additions"
    lines = [f"\n## {datetime.now(UTC):%Y-%m-%d %H:%M}, {kind}"]
    for sign, facts in (("gone", gone), ("new", new)):
        shown = sorted(facts)[:MOST_SHOWN]
        lines += [f"- {sign}: `{fact}`" for fact in shown]
        if len(facts) > MOST_SHOWN:
            lines.append(f"- {sign}: and {len(facts) - MOST_SHOWN} more, see api-schema.txt")
    return "\n".join(lines) + "\n"
