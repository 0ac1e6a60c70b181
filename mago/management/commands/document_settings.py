"""`manage.py document_settings > docs/configuration.md`: the reference of the environment, from the code that reads it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mago.settings import env, main  # noqa: F401  main declares the variables

HEAD = """# Configuration
Made by `manage.py document_settings` from the code that reads these variables. For every NAME the value may stand in a file instead, named by NAME_FILE. A value that makes no sense, or an unsafe combination, stops the start with the variable's name and the remedy.

| variable | default | meaning |
|---|---|---|
"""


class Command(BaseCommand):
    help = "Print the reference of environment variables as Markdown."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [
            f"| `{variable.name}` | {self._default(variable.default)} | {variable.meaning} |"
            for variable in sorted(env.DECLARED.values(), key=lambda variable: variable.name)
        ]
        self.stdout.write(HEAD + "\n".join(rows))

    def _default(self, default: str) -> str:
        default = default.replace(str(settings.DATA_DIR), "<data folder>").replace(
            f"{settings.BASE_DIR}/", ""
        )
        return f"`{default}`" if default else "–"
