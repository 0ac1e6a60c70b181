"""Environment variables that refuse nonsense and may be read from files.

Every variable is declared once, where it is used; `DECLARED` lists them for the generated
reference (`docs/configuration.md`). For each NAME the value may instead lie in the file that
NAME_FILE points to, so that secrets need not stand in the environment (12-factor, Docker secrets).
"""

import os
import re
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Variable:
    name: str
    default: str
    meaning: str


DECLARED: dict[str, Variable] = {}


def refuse(name: str, problem: str, remedy: str) -> ImproperlyConfigured:
    """The error for variable `name`: what is wrong, and what to do about it."""
    return ImproperlyConfigured(f"{name} {problem}. {remedy}")


PREFIX = "MAGO_"


def unknown(given: Iterable[str]) -> list[str]:
    """Of these names, those that look like ours and that nothing has declared."""
    return sorted(
        name
        for name in given
        if name.startswith(PREFIX) and not {name, name.removesuffix("_FILE")} & DECLARED.keys()
    )


def refuse_misspelled(given: Iterable[str]) -> None:
    """A name that is nearly one of ours stops the start: the default would hold instead, without a word.

    Others are left alone, as they may be somebody else's, and so are those that Kubernetes makes of a Service's
    name; `manage.py check --deploy` names them.
    """
    names = set(given)
    ours = {name.removeprefix(PREFIX): name for name in DECLARED}
    for name in unknown(names):
        bare = name.removeprefix(PREFIX).removesuffix("_FILE")
        if _is_of_a_service(name, names):
            continue
        if meant := get_close_matches(bare, ours, n=1, cutoff=0.8):
            raise refuse(name, "is no setting", f"Write {ours[meant[0]]}, or take it out.")


# Of a Service and of each of its ports. The address of the first, MAGO_X_PORT, may as well be a setting.
_OF_A_SERVICE = re.compile(r"(_SERVICE_(HOST|PORT(_\w+)?)|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$")


def _is_of_a_service(name: str, given: Iterable[str]) -> bool:
    if name.endswith("_PORT") and f"{name.removesuffix('_PORT')}_SERVICE_HOST" in given:
        return True
    return _OF_A_SERVICE.search(name) is not None


def _raw(name: str) -> str | None:
    value, path = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value and path:
        raise refuse(name, f"is set beside {name}_FILE", "Set one of the two.")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise refuse(
                f"{name}_FILE", f"cannot be read ({error})", "Name a readable text file."
            ) from None
    return value or None


def text(name: str, default: str = "", *, meaning: str) -> str:
    DECLARED[name] = Variable(name, default, meaning)
    return _raw(name) or default


def _converted(
    name: str, default: Any, meaning: str, convert: Callable[[str], Any], wanted: str
) -> Any:
    shown = " ".join(default) if isinstance(default, tuple) else str(default)
    DECLARED[name] = Variable(name, shown, meaning)
    raw = _raw(name)
    if raw is None:
        return default
    try:
        return convert(raw)
    except (ValueError, KeyError):
        raise refuse(name, f"is {raw!r}", f"Give {wanted}.") from None


def boolean(name: str, default: bool, *, meaning: str) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    return bool(_converted(name, default, meaning, lambda raw: words[raw.lower()], "true or false"))


def integer(name: str, default: int, *, low: int, high: int, meaning: str) -> int:
    def convert(raw: str) -> int:
        if not low <= (number := int(raw)) <= high:
            raise ValueError
        return number

    return int(_converted(name, default, meaning, convert, f"a whole number from {low} to {high}"))


def decimal(name: str, default: str, *, low: str, high: str, meaning: str) -> Decimal:
    def convert(raw: str) -> Decimal:
        try:
            number = Decimal(raw)
        except InvalidOperation:
            raise ValueError from None
        if not (number.is_finite() and Decimal(low) <= number <= Decimal(high)):
            raise ValueError
        return number

    return Decimal(
        _converted(name, convert(default), meaning, convert, f"a number from {low} to {high}")
    )


def choice(name: str, default: str, options: tuple[str, ...], *, meaning: str) -> str:
    return str(
        _converted(
            name,
            default,
            meaning,
            dict(zip(options, options, strict=True)).__getitem__,
            "one of " + ", ".join(options),
        )
    )


def words(
    name: str, default: str, options: tuple[str, ...] = (), *, meaning: str
) -> tuple[str, ...]:
    """Words with blanks or commas between; only `options`, where there are any."""

    def convert(raw: str) -> tuple[str, ...]:
        found = tuple(raw.replace(",", " ").split())
        if options and not set(found) <= set(options):
            raise ValueError
        return found

    wanted = "any of " + ", ".join(options) if options else "words with blanks between"
    return tuple(_converted(name, convert(default), meaning, convert, wanted))


def is_this_machine(host: str) -> bool:
    """Whether what is sent there crosses no network: loopback, or a Unix socket ("" or a path)."""
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def authorities() -> str:
    """The file of the certificate authorities that this machine believes; "system" where there is none.

    For libraries that bring an OpenSSL of their own, which looks in a place of its own.
    """
    places = (
        ssl.get_default_verify_paths().cafile,
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/cert.pem",
    )
    return next((place for place in places if place and Path(place).exists()), "system")


class Address(NamedTuple):
    """A service's URL, taken apart; percent-escapes are undone."""

    scheme: str
    host: str
    port: int | None
    user: str
    password: str
    path: str
    options: dict[str, str]


def url(name: str, default: str, schemes: tuple[str, ...], *, meaning: str) -> Address:
    """A URL of one of `schemes`; its value never appears in the error, as it may hold a password."""
    DECLARED[name] = Variable(name, default, meaning)
    try:
        parts = urlsplit(_raw(name) or default)
        port = parts.port
    except ValueError:
        raise refuse(name, "is not a URL", f"Give {' or '.join(schemes)}://…") from None
    if parts.scheme not in schemes:
        raise refuse(name, f"begins with {parts.scheme!r}", f"Give {' or '.join(schemes)}://…")
    return Address(
        parts.scheme,
        parts.hostname or "",
        port,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        unquote(parts.path),
        dict(parse_qsl(parts.query, keep_blank_values=True)),
    )
