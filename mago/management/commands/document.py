"""`manage.py document`: the pages of the documentation that are made from the code, written anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from mago.documentation.generated import PAGES, file_of, text_of


class Command(BaseCommand):
    help = (
        "Write the pages of docs/ that are made from the code; all of them, unless some are named."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "what", nargs="*", choices=[*PAGES, []], metavar="WHAT", help=", ".join(PAGES)
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            for what in options["what"] or PAGES:
                file, text = file_of(what), text_of(what)
                if file.exists() and file.read_text("utf-8") == text:
                    continue
                file.parent.mkdir(exist_ok=True)
                file.write_text(text, "utf-8")
                self.stdout.write(f"{file} is new")
