"""`manage.py document_settings > docs/configuration.md`: the reference of the environment alone."""

from typing import Any

from django.core.management.base import BaseCommand

from mago.documentation.generated import environment


class Command(BaseCommand):
    help = "Print the reference of environment variables as Markdown."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(environment.text(), ending="")
