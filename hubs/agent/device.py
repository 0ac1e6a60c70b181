"""A device to play with: it has a temperature, a log and two peripherals, and does what it is asked."""

import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

LOG_LINES = 1000


class CannotDo(Exception):
    """The task fails, for this reason."""


@dataclass
class Device:
    model: str = "Reference hub"
    serial: str = field(default_factory=lambda: f"REF-{secrets.token_hex(4).upper()}")
    firmware: str = "1.0.0"
    started_at: float = field(default_factory=time.monotonic)
    log: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_LINES))

    def note(self, line: str) -> None:
        self.log.append(f"{time.strftime('%H:%M:%S')} {line}")

    def identity(self) -> dict[str, str]:
        return {"model": self.model, "serial": self.serial, "firmware": self.firmware}

    def report(self) -> dict[str, Any]:
        """What a heartbeat says."""
        return {
            "firmware": self.firmware,
            "uptime": int(time.monotonic() - self.started_at),
            "temperature": 38 + secrets.randbelow(80) / 10,
            "peripherals": [
                {"kind": "camera", "name": "Front camera", "condition": "ok"},
                {"kind": "microphone", "name": "Table", "condition": "ok"},
            ],
            "software": "Conference",
            "software_version": "6.2.1",
        }

    def do(self, kind: str, parameters: dict[str, Any]) -> tuple[str, str]:
        """The task is done: its result, and a log where one was asked for. CannotDo otherwise."""
        match kind:
            case "restart":
                self.started_at = time.monotonic()
                return "Restarted.", ""
            case "update":
                before, self.firmware = self.firmware, str(parameters.get("version", ""))
                return f"Updated from {before} to {self.firmware}.", ""
            case "collect_logs":
                lines = list(self.log)[-int(parameters.get("lines", LOG_LINES)) :]
                return f"{len(lines)} line{'s' * (len(lines) != 1)}.", "\n".join(lines)
            case "locate":
                return "The light blinks.", ""
        raise CannotDo(f"This device does not know how to {kind}.")
