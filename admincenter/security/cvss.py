"""CVSS 3.1 and 4.0: a vector is read strictly, and says how severe something is. Pure: no database, no request.

Source: first.org/cvss, v3.1 and v4.0 specification documents. The arithmetic is the `cvss` package's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

LONGEST = 250
VERSIONS = ("4.0", "3.1")


_Words = Any  # str | Promise: the stubs of forms know their own kind of promise.


class BadVector(ValueError):
    """What was given is no CVSS vector of a version that we know."""


@dataclass(frozen=True)
class Metric:
    """`values` are (letter, name) pairs; an optional one may stay undefined."""

    key: str
    name: _Words
    values: tuple[tuple[str, _Words], ...]
    optional: bool = False


@dataclass(frozen=True)
class Rating:
    """`vector` in its canonical spelling, `score` from 0.0 to 10.0, `severity` as a value of severity.Severity."""

    version: str
    vector: str
    score: Decimal
    severity: str


_N, _L, _H, _P = (_("None"), _("Low"), _("High"), _("Present"))
_ACCESS = (("N", _("Network")), ("A", _("Adjacent")), ("L", _("Local")), ("P", _("Physical")))
_EASE = (("L", _L), ("H", _H))
_LEVELS = (("N", _N), ("L", _L), ("H", _H))
_PRIVILEGES = Metric("PR", _("Privileges required"), _LEVELS)
_VECTOR = Metric("AV", _("Attack vector"), _ACCESS)
_COMPLEXITY = Metric("AC", _("Attack complexity"), _EASE)

METRICS: dict[str, tuple[Metric, ...]] = {
    "4.0": (
        _VECTOR,
        _COMPLEXITY,
        Metric("AT", _("Attack requirements"), (("N", _N), ("P", _P))),
        _PRIVILEGES,
        Metric("UI", _("User interaction"), (("N", _N), ("P", _("Passive")), ("A", _("Active")))),
        Metric("VC", _("Confidentiality of the vulnerable system"), _LEVELS),
        Metric("VI", _("Integrity of the vulnerable system"), _LEVELS),
        Metric("VA", _("Availability of the vulnerable system"), _LEVELS),
        Metric("SC", _("Confidentiality of subsequent systems"), _LEVELS),
        Metric("SI", _("Integrity of subsequent systems"), _LEVELS),
        Metric("SA", _("Availability of subsequent systems"), _LEVELS),
        Metric(
            "E",
            _("Exploit maturity"),
            (("A", _("Attacked")), ("P", _("Proof of concept")), ("U", _("Unreported"))),
            optional=True,
        ),
    ),
    "3.1": (
        _VECTOR,
        _COMPLEXITY,
        _PRIVILEGES,
        Metric("UI", _("User interaction"), (("N", _N), ("R", _("Required")))),
        Metric("S", _("Scope"), (("U", _("Unchanged")), ("C", _("Changed")))),
        Metric("C", _("Confidentiality"), _LEVELS),
        Metric("I", _("Integrity"), _LEVELS),
        Metric("A", _("Availability"), _LEVELS),
        Metric(
            "E",
            _("Exploit code maturity"),
            (
                ("H", _H),
                ("F", _("Functional")),
                ("P", _("Proof of concept")),
                ("U", _("Unproven")),
            ),
            optional=True,
        ),
    ),
}

# Of version 3.1, beside those of the base score.
_TEMPORAL = {"E", "RL", "RC"}
_ENVIRONMENTAL = {"CR", "IR", "AR", "MAV", "MAC", "MPR", "MUI", "MS", "MC", "MI", "MA"}
# What the calculator does not offer, and leaves as it is.
OTHERS: dict[str, tuple[str, ...]] = {
    "4.0": (
        "CR", "IR", "AR", "MAV", "MAC", "MAT", "MPR", "MUI", "MVC", "MVI", "MVA", "MSC", "MSI", "MSA",
        "S", "AU", "R", "V", "RE", "U",
    ),
    "3.1": ("RL", "RC", "CR", "IR", "AR", "MAV", "MAC", "MPR", "MUI", "MS", "MC", "MI", "MA"),
}  # fmt: skip


def rate(vector: str) -> Rating:
    """The rating of a vector of version 3.1 or 4.0; BadVector for anything else, also for a metric that is there twice.

    >>> rate("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H").score
    Decimal('9.8')
    >>> rate("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N").severity
    'critical'
    """
    # Only here, as few processes are ever asked.
    from cvss import CVSS3, CVSS4
    from cvss.exceptions import CVSSError

    text = vector.strip()
    if len(text) > LONGEST or not text.isascii():
        raise BadVector(vector)
    try:
        if text.startswith("CVSS:4.0/"):
            four = CVSS4(text)
            version, score, clean = "4.0", four.base_score, four.clean_vector()
        elif text.startswith("CVSS:3.1/"):
            three = CVSS3(text)
            version, score, clean = "3.1", _last_defined(three), three.clean_vector()
        else:
            raise BadVector(vector)
    except CVSSError:
        raise BadVector(vector) from None
    exact = Decimal(str(score)).quantize(Decimal("0.1"))
    return Rating(version, clean, exact, severity_of(exact))


def _last_defined(three: Any) -> Any:
    """The environmental score where such a metric is given, else the temporal, else the base score.

    Where none is given, the environmental score of a changed scope can be another than the base score (v3.1 section 7.3).
    """
    base, temporal, environmental = three.scores()
    given = {name for name, value in metrics_in(three.clean_vector()).items() if value != "X"}
    if given & _ENVIRONMENTAL:
        return environmental
    return temporal if given & _TEMPORAL else base


# The least score of each severity, the worst first.
_LEAST = {
    "critical": Decimal("9.0"),
    "high": Decimal("7.0"),
    "medium": Decimal("4.0"),
    "low": Decimal("0.1"),
    "none": Decimal("0.0"),
}


def severity_of(score: Decimal) -> str:
    """The qualitative rating, the same in both versions (v3.1 section 5, v4.0 section 6).

    >>> [severity_of(Decimal(score)) for score in ("0.0", "0.1", "3.9", "4.0", "6.9", "7.0", "9.0")]
    ['none', 'low', 'low', 'medium', 'medium', 'high', 'critical']
    """
    return next(severity for severity, least in _LEAST.items() if score >= least)


def least_score(severity: str) -> Decimal | None:
    """The least score that is so severe; None where nobody has rated."""
    return _LEAST.get(severity)


def rank_of(severity: str, score: Decimal | None) -> int:
    """The place among others, greater for the worse: by the score; judged without one, where the least of its severity
    stands. What nobody has rated comes last.

    >>> rank_of("critical", Decimal("9.8")), rank_of("critical", None), rank_of("high", Decimal("8.9"))
    (99, 91, 90)
    >>> rank_of("none", None), rank_of("unrated", None)
    (1, 0)
    """
    place = least_score(severity) if score is None else score
    return 0 if place is None else int(place * 10) + 1


def metrics_in(vector: str) -> dict[str, str]:
    """The metrics of a vector, as they are written; nothing where there is none.

    >>> metrics_in("CVSS:3.1/AV:N/AC:L")
    {'AV': 'N', 'AC': 'L'}
    """
    parts = (part.partition(":") for part in vector.split("/")[1:])
    return {name: value for name, _colon, value in parts}


def compose(version: str, chosen: Mapping[str, str]) -> str:
    """The vector of what was chosen for each metric; not rated yet, and possibly not whole.

    >>> compose("3.1", {"AV": "N", "AC": "L", "E": ""})
    'CVSS:3.1/AV:N/AC:L'
    """
    names = [*(one.key for one in METRICS[version]), *OTHERS[version]]
    parts = [f"{name}:{chosen[name]}" for name in names if chosen.get(name)]
    return "/".join([f"CVSS:{version}", *parts])
