"""manage.py announce_schema: what has changed in the description of the API stands in docs/api-changelog.md."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from accounts.api.announcing import facts_of, is_breaking, news
from accounts.api.described import whole

RELEASED = settings.BASE_DIR / "docs" / "api-schema.txt"
CHANGELOG = settings.BASE_DIR / "docs" / "api-changelog.md"
HEAD = """# Changes of the API
Made by `manage.py announce_schema`; a test fails while a change is not announced. `/api/v1` changes by addition: what
is marked as breaking here needs a reason, or another version.
"""
MOST_SHOWN = 250


class Command(BaseCommand):
    help = "Announces what has changed in the description of the API, in docs/api-changelog.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("words", nargs="?", default="", help="What has changed, in a sentence.")

    def handle(self, *args: Any, **options: Any) -> None:
        before = set(RELEASED.read_text().splitlines()) if RELEASED.exists() else set()
        schema = whole()
        facts = facts_of(schema)
        gone, new = before - set(facts), set(facts) - before
        if not gone and not new:
            self.stdout.write("Nothing has changed.")
            return
        RELEASED.write_text("\n".join(facts) + "\n")
        told = CHANGELOG.read_text().removeprefix(HEAD) if CHANGELOG.exists() else ""
        kind = "breaking" if is_breaking(gone, new, before) else "additions"
        lost = {f"`{fact}`" for fact in gone}
        entry = _entry(kind, options["words"], {"gone": lost, "new": news(new, before, schema)})
        CHANGELOG.write_text(HEAD + entry + told)
        self.stdout.write(f"{len(new)} new, {len(gone)} gone.")


def _entry(kind: str, words: str, changes: dict[str, set[str]]) -> str:
    lines = [f"\n## {datetime.now(UTC):%Y-%m-%d %H:%M}, {kind}"]
    lines += [words] if words else []
    for sign, told in changes.items():
        lines += [f"- {sign}: {one}" for one in sorted(told)[:MOST_SHOWN]]
        if len(told) > MOST_SHOWN:
            lines.append(f"- {sign}: and {len(told) - MOST_SHOWN} more, see api-schema.txt")
    return "\n".join(lines) + "\n"
