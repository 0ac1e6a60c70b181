"""`manage.py simulate_hubs --server URL --count N`: a fleet of reference hubs, as a demonstration and as a load."""

import itertools
import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.organizations.models import Organization
from hubs.agent.client import Busy, Refused, Unreachable, prepare
from hubs.agent.herd import Count, Herd
from hubs.agent.wire import Wire
from hubs.services import create_enrolment_code, place_by_names
from hubs.services.codes import MOST_USES

MOST_HUBS = 20_000
SITE = "Simulated"
ROOMS = 20
WIDTH = 30


class Command(BaseCommand):
    help = "Enrol hubs that are only simulated, let them live for a while, and print what happened as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--server", required=True, help="Address of the server.")
        parser.add_argument("--count", type=int, default=50, help="How many hubs.")
        parser.add_argument("--seconds", type=float, default=30, help="How long they live.")
        parser.add_argument("--threads", type=int, default=16, help="How many act at once.")
        parser.add_argument(
            "--organization",
            default="",
            help="Whose they are (its short name); codes are made in this server's own database.",
        )
        parser.add_argument(
            "--code",
            action="append",
            default=[],
            help="Code for as many hubs as it lets in, for a server elsewhere; may be repeated.",
        )
        parser.add_argument(
            "--cold",
            action="store_true",
            help="Hubs that are cut off forget their tokens, as after a loss of power.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        number = options["count"]
        if not 1 <= number <= MOST_HUBS or not 1 <= options["threads"] <= 256:
            raise CommandError(f"Between 1 and {MOST_HUBS} hubs, and 1 and 256 threads.")
        try:
            expect_answer(options["server"])
            herd = Herd(options["server"], options["threads"], cold=options["cold"])
            codes = (
                itertools.cycle(options["code"])
                if options["code"]
                else codes_for(number, options["organization"])
            )
            bar = Bar(number)
            herd.enrol(codes, number, lambda done: bar.show(done, "enrolled"))
            bar.end()
            herd.live(
                options["seconds"],
                lambda count, inside: bar.show(inside, _line(count), rarely=True),
            )
            bar.end()
        except ValueError as error:
            raise CommandError(str(error)) from None
        told = asdict(herd.count) | {"requests_to_come_back": herd.count.requests_to_come_back}
        self.stdout.write(json.dumps(told))


def expect_answer(server: str) -> None:
    """CommandError where nobody answers: the herd itself would wait for ever, as hubs do."""
    try:
        with closing(Wire(server)) as wire:
            prepare(wire)
    except Unreachable as error:
        raise CommandError(f"The server does not answer ({error}).") from None
    except Refused as error:
        raise CommandError(f"What answers there takes no hubs: {error}") from None
    except Busy:
        return


def codes_for(number: int, organization: str) -> Iterator[str]:
    """As many codes as are needed, in turn over some rooms of the organization's simulated site."""
    if organization:
        found = Organization.objects.filter(slug=organization).first()
        if found is None:
            raise CommandError("There is no such organization.")
    else:
        found, _made = Organization.objects.get_or_create(
            slug="simulation", defaults={"name": "Simulation"}
        )
    rooms = min(ROOMS, number)
    codes = [_codes_of(found, f"Room {n + 1}", -(-number // rooms)) for n in range(rooms)]
    # By turns, as attempts at one code are limited.
    return (codes[n % rooms][n // rooms // MOST_USES] for n in range(number))


def _codes_of(organization: Organization, name: str, hubs: int) -> list[str]:
    site, room = place_by_names(organization, SITE, name)
    return [
        create_enrolment_code(
            organization=organization,
            actor=None,
            site=site,
            room=room,
            uses=min(MOST_USES, hubs - first),
        )[1]
        for first in range(0, hubs, MOST_USES)
    ]


def _line(count: Count) -> str:
    return (
        f"in · {count.sign_ins} sign-ins, {count.reconnects} reconnects, {count.requests} requests,"
        f" {count.told_to_wait} told to wait, {count.unanswered} unanswered, {count.failures} failures"
    )


class Bar:
    """How far it is, on one line of a terminal; nothing where there is none."""

    def __init__(self, total: int) -> None:
        self._total, self._shown_at = total, 0.0

    def show(self, done: int, words: str, *, rarely: bool = False) -> None:
        now = time.monotonic()
        if not sys.stderr.isatty() or (rarely and now - self._shown_at < 0.2):
            return
        self._shown_at = now
        full = WIDTH * done // self._total
        bar = "█" * full + "░" * (WIDTH - full)
        sys.stderr.write(f"\r\x1b[K{bar} {done}/{self._total} {words}")
        sys.stderr.flush()

    def end(self) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\n")
