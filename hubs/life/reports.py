"""What a heartbeat says, cleaned: each member may be missing, and whatever is there is small."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.utils.translation import gettext as _

from mago.core.errors import Refused

from ..devices import wrong_text

MOST_PERIPHERALS = 16
CONDITIONS = ("ok", "fault", "missing")
_LONGEST = {"firmware": 64, "software": 64, "software_version": 64}
_HIGHEST_UPTIME = 10**10  # seconds: three hundred years
_COLDEST, _HOTTEST = -60, 150  # °C


@dataclass(frozen=True)
class Report:
    """`uptime` in seconds, `temperature` in °C; a peripheral has a `kind`, a `name` and a `condition`."""

    firmware: str = ""
    uptime: int | None = None
    temperature: float | None = None
    peripherals: tuple[dict[str, str], ...] = ()
    software: str = ""
    software_version: str = ""


@dataclass(frozen=True)
class Beat:
    """A report, from which hub, when and from where it came."""

    hub_id: UUID
    at: datetime
    address: str
    report: Report

    def as_text(self) -> str:
        # All are flat; `asdict` would copy each value, and takes ten times as long.
        told = vars(self) | {"hub_id": self.hub_id.hex, "at": self.at.isoformat()}
        return json.dumps(told | {"report": vars(self.report)}, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str | bytes) -> Self:
        told = json.loads(text)
        report = told["report"]
        report["peripherals"] = tuple(report["peripherals"])
        at = datetime.fromisoformat(told["at"])
        return cls(UUID(told["hub_id"]), at, told["address"], Report(**report))


def read_report(sent: dict[str, Any]) -> Report:
    """The report of a JSON object; Refused beside each member that is wrong. Members that are not known are passed over."""
    wrong: dict[str, list[str]] = {}
    told = {name: _line(sent, name, longest, wrong) for name, longest in _LONGEST.items()}
    uptime = _number(sent, "uptime", 0, _HIGHEST_UPTIME, wrong)
    temperature = _number(sent, "temperature", _COLDEST, _HOTTEST, wrong)
    peripherals = _peripherals(sent.get("peripherals"), wrong)
    if wrong:
        raise Refused(fields=wrong)
    return Report(
        uptime=None if uptime is None else int(uptime),
        temperature=None if temperature is None else round(float(temperature), 1),
        peripherals=peripherals,
        **told,
    )


def _line(sent: dict[str, Any], name: str, longest: int, wrong: dict[str, list[str]]) -> str:
    value = sent.get(name)
    if value is None or value == "":
        return ""
    if why := wrong_text(value, longest):
        wrong[name] = [why]
        return ""
    return str(value)


def _number(
    sent: dict[str, Any], name: str, low: int, high: int, wrong: dict[str, list[str]]
) -> float | None:
    value = sent.get(name)
    if value is None:
        return None
    # Said this way round, so that what is no number at all (NaN) is refused as well.
    if type(value) in (int, float) and low <= value <= high:
        return float(value)
    words = _("A number from %(low)s to %(high)s is needed.") % {"low": low, "high": high}
    wrong[name] = [words]
    return None


def _peripherals(sent: Any, wrong: dict[str, list[str]]) -> tuple[dict[str, str], ...]:
    if sent is None:
        return ()
    if not isinstance(sent, list) or len(sent) > MOST_PERIPHERALS:
        words = _("A list of at most %(most)s peripherals is needed.")
        wrong["peripherals"] = [words % {"most": MOST_PERIPHERALS}]
        return ()
    found = []
    for number, one in enumerate(sent):
        told = one if isinstance(one, dict) else {}
        kind, name, condition = (told.get(key, "") for key in ("kind", "name", "condition"))
        why = wrong_text(kind, 32) or (name != "" and wrong_text(name, 64))
        if not why and condition not in CONDITIONS:
            why = _("This must be one of: %(names)s.") % {"names": ", ".join(CONDITIONS)}
        if why:
            wrong[f"peripherals.{number}"] = [why]
        else:
            found.append({"kind": kind, "name": name, "condition": condition})
    return tuple(found)
