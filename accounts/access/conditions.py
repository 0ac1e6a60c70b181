"""Conditions: data that says under which circumstances a role counts. Evaluated, never executed.

A rule is one of

    {"all": [rule, …]}   {"any": [rule, …]}   {"not": rule}
    {"network": ["192.0.2.0/24", …]}              the address lies in one of them
    {"time": {"zone": "Europe/Rome", "days": [1, …, 7], "from": "08:00", "to": "18:00"}}
                                                  from the one, before the other; over midnight where
                                                  "to" is not later, and then of the day it began on
    {"strength": {"at_least": 2, "minutes": 30}}  factors proved, and how long ago at most (minutes may be left out)
    {"method": ["password", …]}                   how the session was opened
    {"email_domain": ["example.com", …]}
    {"attribute": {"name": "site.country", "any_of": ["IT", …]}}

`check` says whether some data is such a rule; `evaluate` gives the verdict with its reason. What is
unknown, in a rule or in the facts, does not hold: nothing fails open.
"""

import ipaddress
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import normalize_email

from .facts import Facts, Strength
from .methods import SignInMethod

Rule = dict[str, Any]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
DEEPEST = 6
MOST = 50
# A rule is read at each decision: this many characters of JSON take less than a millisecond.
LONGEST = 10_000
CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
MIDNIGHT = "00:00"
DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)*")
# What is kept in small letters, however it was written.
SMALL = frozenset({"hub.tag"})


class BadRule(ValueError):
    """The data is no rule; the message says where and why."""


@dataclass(frozen=True)
class Verdict:
    holds: bool
    reason: str

    def __bool__(self) -> bool:
        return self.holds


def evaluate(rule: Rule, facts: Facts) -> Verdict:
    """Whether `rule` holds under `facts`, and why (not)."""
    try:
        check(rule)
    except BadRule as error:
        return Verdict(False, _("The condition cannot be understood: %(error)s") % {"error": error})
    return _evaluate(rule, facts)


def _evaluate(rule: Rule, facts: Facts) -> Verdict:
    ((kind, body),) = rule.items()
    return _EVALUATE[kind](body, facts)


def _all(rules: list[Rule], facts: Facts) -> Verdict:
    verdicts = [_evaluate(rule, facts) for rule in rules]
    failed = [verdict for verdict in verdicts if not verdict]
    return Verdict(not failed, " ".join(verdict.reason for verdict in failed or verdicts))


def _any(rules: list[Rule], facts: Facts) -> Verdict:
    verdicts = [_evaluate(rule, facts) for rule in rules]
    held = [verdict for verdict in verdicts if verdict]
    return held[0] if held else Verdict(False, " ".join(verdict.reason for verdict in verdicts))


def _not(rule: Rule, facts: Facts) -> Verdict:
    verdict = _evaluate(rule, facts)
    return Verdict(
        not verdict.holds and _is_known(rule, facts),
        _("Not: %(reason)s") % {"reason": verdict.reason},
    )


def _is_known(rule: Rule, facts: Facts) -> bool:
    """Whether the facts say anything of what `rule` asks: "not from this network" needs a network."""
    ((kind, body),) = rule.items()
    match kind:
        case "all" | "any":
            return all(_is_known(inner, facts) for inner in body)
        case "not":
            return _is_known(body, facts)
        case "network":
            return _address(facts) is not None
        case "strength":
            return bool(facts.strength) and ("minutes" not in body or facts.factor_at is not None)
        case "method":
            return bool(facts.method)
        case "email_domain":
            return bool(_domain(facts))
        case "attribute":
            return body["name"] in facts.attributes
    return True


def _address(facts: Facts) -> Address | None:
    """The caller's address; an IPv4 one that came over IPv6 (RFC 4291 section 2.5.5.2) as what it is."""
    try:
        address = ipaddress.ip_address(facts.address)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _network(networks: list[str], facts: Facts) -> Verdict:
    address = _address(facts)
    if address is None:
        return Verdict(False, _("The network address is not known."))
    holds = any(address in ipaddress.ip_network(network, strict=False) for network in networks)
    words = (
        _("%(address)s lies in the allowed networks.")
        if holds
        else _("%(address)s lies outside the allowed networks.")
    )
    return Verdict(holds, words % {"address": address})


def _time(body: dict[str, Any], facts: Facts) -> Verdict:
    local = facts.now.astimezone(ZoneInfo(body["zone"]))
    begin = time.fromisoformat(body.get("from", MIDNIGHT))
    end = time.fromisoformat(body.get("to", MIDNIGHT))
    clock = local.time()
    # A window over midnight belongs to the day on which it began.
    over_midnight = begin >= end
    day = local - timedelta(days=1) if over_midnight and clock < end else local
    within = (clock >= begin or clock < end) if over_midnight else begin <= clock < end
    holds = within and day.isoweekday() in body.get("days", range(1, 8))
    words = (
        _("%(time)s is within the allowed hours.")
        if holds
        else _("%(time)s is outside the allowed hours.")
    )
    return Verdict(holds, words % {"time": f"{local:%a %H:%M} {body['zone']}"})


def _strength(body: dict[str, Any], facts: Facts) -> Verdict:
    if facts.strength < body["at_least"]:
        return Verdict(False, _("The sign-in was not strong enough: more factors are needed."))
    minutes = body.get("minutes")
    if minutes is not None and not _proved_within(minutes, facts):
        return Verdict(False, _("The sign-in was too long ago: prove again that it is you."))
    return Verdict(True, _("The sign-in is strong enough."))


def _proved_within(minutes: int, facts: Facts) -> bool:
    return facts.factor_at is not None and facts.now - facts.factor_at <= timedelta(minutes=minutes)


def _method(methods: list[str], facts: Facts) -> Verdict:
    holds = facts.method in methods
    words = (
        _("Signed in by an allowed method: %(method)s.")
        if holds
        else _("Signed in by a method that is not allowed: %(method)s.")
    )
    return Verdict(holds, words % {"method": facts.method or "–"})


def _email_domain(domains: list[str], facts: Facts) -> Verdict:
    domain = _domain(facts)
    holds = bool(domain) and domain in map(_spelled, domains)
    words = (
        _("The address is of an allowed domain.")
        if holds
        else _("The address is not of an allowed domain.")
    )
    return Verdict(holds, words)


def _domain(facts: Facts) -> str:
    name, _at, domain = facts.email.rpartition("@")
    return _spelled(domain) if name else ""


def _spelled(domain: str) -> str:
    """As it is in people's addresses: else one that is written as the DNS has it (xn--…) would be nobody's, and "not of
    it" would be true of those who are."""
    return normalize_email(f"@{domain}").rpartition("@")[2].removesuffix(".")


def _attribute(body: dict[str, Any], facts: Facts) -> Verdict:
    value = facts.attributes.get(body["name"])
    values = value if isinstance(value, frozenset) else {value} if isinstance(value, str) else set()
    holds = not values.isdisjoint(_asked_of(body))
    words = (
        _("%(name)s is %(value)s, as demanded.")
        if holds
        else _("%(name)s is %(value)s, not as demanded.")
    )
    return Verdict(holds, words % {"name": body["name"], "value": ", ".join(sorted(values)) or "–"})


def _asked_of(body: dict[str, Any]) -> set[str]:
    """The values that the attribute may have, as they are kept: else "not Closed" would be true of the tag "closed"."""
    if body["name"] in SMALL:
        return {value.strip().lower() for value in body["any_of"]}
    return set(body["any_of"])


_EVALUATE: dict[str, Callable[[Any, Facts], Verdict]] = {
    "all": _all,
    "any": _any,
    "not": _not,
    "network": _network,
    "time": _time,
    "strength": _strength,
    "method": _method,
    "email_domain": _email_domain,
    "attribute": _attribute,
}


def values_asked(rule: Rule, name: str) -> set[str | None]:
    """The values that `rule` asks of the attribute `name`; none where it is no rule, which never holds.

    With None where it counts whether there is any value: what is not known is not "not this one" either.
    """
    try:
        check(rule)
    except BadRule:
        return set()
    return _values_asked(rule, name)


def _values_asked(rule: Rule, name: str) -> set[str | None]:
    ((kind, body),) = rule.items()
    if kind in {"all", "any"}:
        return {value for inner in body for value in _values_asked(inner, name)}
    if kind == "not":
        asked = _values_asked(body, name)
        return asked | {None} if asked else asked
    return set(_asked_of(body)) if kind == "attribute" and body["name"] == name else set()


def asks_for_attributes(rule: Rule) -> bool:
    """Whether what is spoken of decides, too; what is no rule never holds, of whatever."""
    try:
        check(rule)
    except BadRule:
        return False
    return _asks_for_attributes(rule)


def _asks_for_attributes(rule: Rule) -> bool:
    ((kind, body),) = rule.items()
    if kind in {"all", "any"}:
        return any(map(_asks_for_attributes, body))
    return _asks_for_attributes(body) if kind == "not" else kind == "attribute"


def check(rule: Any) -> None:
    """Nothing, if `rule` is one; BadRule with the reason otherwise."""
    _check(rule, 0)
    if len(json.dumps(rule)) > LONGEST:
        raise BadRule(f"it is longer than {LONGEST} characters")


def _check(rule: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise BadRule("it is nested too deeply")
    if not isinstance(rule, dict) or len(rule) != 1:
        raise BadRule("a rule is an object with one member")
    ((kind, body),) = rule.items()
    if kind not in _CHECK:
        raise BadRule(f"{kind[:40]!r} is none of {', '.join(_CHECK)}")
    try:
        _CHECK[kind](body, depth)
    except BadRule:
        raise
    except (TypeError, ValueError, KeyError, AttributeError, OSError) as error:
        raise BadRule(f"{kind}: {error}") from None


def _check_rules(body: Any, depth: int) -> None:
    for rule in _list(body):
        _check(rule, depth + 1)


def _check_network(body: Any, depth: int) -> None:
    for network in _list(body):
        known = ipaddress.ip_network(_text(network), strict=False)
        if getattr(known.network_address, "ipv4_mapped", None):
            raise BadRule("an IPv4 network is written as one, without ::ffff:")


def _check_time(body: Any, depth: int) -> None:
    _only(body, {"zone", "days", "from", "to"})
    ZoneInfo(_text(body["zone"]))
    for name in ("from", "to"):
        if not CLOCK.fullmatch(_text(body.get(name, MIDNIGHT))):
            raise BadRule("a time is written as 08:00")
    if not all(_is_number(day, 1, 7) for day in _list(body.get("days", [1]))):
        raise BadRule("days are numbers from 1 (Monday) to 7")


def _check_strength(body: Any, depth: int) -> None:
    _only(body, {"at_least", "minutes"})
    if not _is_number(body["at_least"], Strength.SINGLE_FACTOR, max(Strength)):
        raise BadRule(f"at_least is a number from 1 to {max(Strength)}")
    if not _is_number(body.get("minutes", 1), 1, 100_000):
        raise BadRule("minutes is a whole number above 0")


def _is_number(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _check_texts(body: Any, depth: int) -> None:
    for text in _list(body):
        _text(text)


def _check_methods(body: Any, depth: int) -> None:
    """Each is a door that there is: "not this one" would always be true of a slip of the pen."""
    for method in map(_text, _list(body)):
        if method not in SignInMethod.values:
            raise BadRule(f"{method[:40]!r} is none of {', '.join(SignInMethod.values)}")


def _check_domains(body: Any, depth: int) -> None:
    for domain in map(_text, _list(body)):
        if not DOMAIN.fullmatch(_spelled(domain)):
            raise BadRule(f"{domain[:40]!r} is no domain, such as example.com")


def _check_attribute(body: Any, depth: int) -> None:
    _only(body, {"name", "any_of"})
    _text(body["name"])
    _check_texts(body["any_of"], depth)


def _list(body: Any) -> list[Any]:
    if not isinstance(body, list) or not 0 < len(body) <= MOST:
        raise BadRule(f"a list of 1 to {MOST} entries is wanted")
    return body


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 200 or not value.isprintable():
        raise BadRule("a text of 1 to 200 characters is wanted")
    return value


def _only(body: Any, names: set[str]) -> None:
    if not isinstance(body, dict) or not set(body) <= names:
        raise BadRule(f"it has the members {', '.join(sorted(names))}")


_CHECK: dict[str, Callable[[Any, int], None]] = {
    "all": _check_rules,
    "any": _check_rules,
    "not": lambda body, depth: _check(body, depth + 1),
    "network": _check_network,
    "time": _check_time,
    "strength": _check_strength,
    "method": _check_methods,
    "email_domain": _check_domains,
    "attribute": _check_attribute,
}
