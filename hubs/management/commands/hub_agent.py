"""`manage.py hub_agent --server URL --code CODE`: a reference hub, to try the server with and to read (hubs/agent)."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hubs.agent.client import Busy, Client, Refused, ServerNotProved, Unreachable, enrol, prepare
from hubs.agent.device import Device
from hubs.agent.living import Life, uniform
from hubs.agent.store import State
from hubs.agent.wire import Wire

TRIES = 5


class Command(BaseCommand):
    help = "Run a reference hub: it enrols once, and then lives until Ctrl-C."
    # It is a device: it needs neither our database nor our settings to be right.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--server", required=True, help="Address of the server, https://…")
        parser.add_argument("--code", default="", help="Enrolment code; needed the first time.")
        parser.add_argument("--state", default="hub-state", help="Folder that keeps its secret.")
        parser.add_argument("--model", default="Reference hub")
        parser.add_argument("--serial", default="", help="Made up where none is given.")
        parser.add_argument("--authorities", default="", help="File with certificates to believe.")
        parser.add_argument("--rounds", type=int, default=0, help="Stop after so many heartbeats.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            wire = Wire(options["server"], authorities=options["authorities"])
            state = State.load(Path(options["state"]))
        except ValueError as error:
            raise CommandError(str(error)) from None
        device = Device(model=options["model"])
        device.serial = options["serial"] or device.serial
        if state is None:
            state = self._enrol(wire, options["code"], device, Path(options["state"]))
        life = Life(Client(wire, state), device, self._say)
        self._live(life, options["rounds"])

    def _enrol(self, wire: Wire, code: str, device: Device, folder: Path) -> State:
        if not code:
            raise CommandError("This hub is not enrolled yet: give a code with --code.")
        credential = None
        for attempt in range(1, TRIES + 1):
            try:
                credential = credential or prepare(wire)
                state = enrol(wire, code, device.identity(), credential)
            except Busy as busy:
                time.sleep(busy.retry_after + uniform(0, 1))
            except Unreachable as error:
                if attempt == TRIES:
                    raise CommandError(f"The server does not answer ({error}).") from None
                time.sleep(uniform(0, 2**attempt))
            except (Refused, ServerNotProved) as error:
                raise CommandError(f"Not enrolled: {error}") from None
            else:
                state.folder = folder
                state.save()
                self._say(f"enrolled as hub {state.hub_id}, serial number {device.serial}")
                return state
        raise CommandError("The server is busy: try again later.")

    def _live(self, life: Life, rounds: int) -> None:
        done = 0
        try:
            while True:
                wait = life.step()
                if life.failures == 0:
                    done += 1
                    self._say(f"heartbeat {done}")
                if rounds and done >= rounds:
                    return
                time.sleep(wait)
        except KeyboardInterrupt:
            self._say("good bye")

    def _say(self, line: str) -> None:
        self.stdout.write(f"{time.strftime('%H:%M:%S')} {line}")
        self.stdout.flush()
