"""`manage.py render_proxy traefik|caddy|nginx|haproxy`: the configuration of the proxy in front, from the policy."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mago.tls.policy import PROFILES
from mago.tls.proxies import RENDERERS, CannotRender, Front


class Command(BaseCommand):
    help = "Print the configuration of a proxy, or write its files to a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("program", choices=RENDERERS)
        parser.add_argument("--profile", choices=PROFILES, default=settings.TLS_PROFILE)
        parser.add_argument("--host", help="The name it serves; else that of MAGO_BASE_URL.")
        parser.add_argument("--upstream", action="append", help="Where Mago listens, host:port.")
        parser.add_argument("--email", default="", help="Whom Let's Encrypt may write to.")
        parser.add_argument("--certificate", default="", help="A file of your own (PEM, chain).")
        parser.add_argument("--key", default="", help="The file of its key.")
        parser.add_argument("--acme-server", default="", help="Another ACME server's directory.")
        parser.add_argument("--acme-ca", default="", help="The authority of that server (PEM).")
        parser.add_argument(
            "--folder", default="/etc/mago/proxy", help="Where the proxy finds its files."
        )
        parser.add_argument("--http", default=":80", help="Where plain http is answered.")
        parser.add_argument("--https", default=":443", help="Where https is answered.")
        parser.add_argument("--output", type=Path, help="Write the files to this folder instead.")

    def handle(self, *args: Any, program: str, **options: Any) -> None:
        host = options["host"] or ("" if settings.IS_LOCAL else settings.BASE_HOST)
        if not host:
            raise CommandError("MAGO_BASE_URL is on this machine: name the public --host.")
        profile = PROFILES[options["profile"]]
        front = Front(
            host=host,
            upstreams=tuple(options["upstream"] or ["127.0.0.1:8000"]),
            binds_channel=settings.HUB_CHANNEL_BINDING_HEADERS,
            **{name: options[name] for name in (
                "email", "certificate", "key", "acme_server", "acme_ca", "folder", "http", "https",
            )},
        )  # fmt: skip
        if profile.warning:
            sys.stderr.write(f"Warning: {profile.warning}\n")
        try:
            files = RENDERERS[program](profile, front)
        except CannotRender as error:
            raise CommandError(str(error)) from None
        if options["output"]:
            self._write(files, options["output"])
            return
        for name, text in files.items():
            self.stdout.write(text if len(files) == 1 else f"# --- {name}\n{text}")

    def _write(self, files: dict[str, str], folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                (folder / name).write_text(text, encoding="utf-8")
                self.stderr.write(f"{folder / name}")
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be written ({error.strerror}).") from None
