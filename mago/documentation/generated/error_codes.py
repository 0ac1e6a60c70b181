"""The codes of refusals, from the places of the source that raise them."""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from rest_framework import exceptions

from mago.core.errors import Refused

from .limits import PACKAGES
from .tables import table

HEAD = """# Codes of errors
Made by `manage.py document` from the code. `code` is stable: a program acts by it, and shows `detail` to people. What to do about the common ones is told in [the REST API](../api.md); here stand all of them, with the words of one place that tells so. Some come on pages only. `…` stands for what differs: a step, or a factor.

"""
AFTER = """
The endpoints of OpenID Connect (`/oauth/…`) answer with the codes of their standards instead ([sign-in for applications](../openid-provider.md)), hubs with those of [their protocol](../hub-protocol.md).
"""
_RAISES = re.compile(r"""\bcode ?= ?f?["']|Refused\($|Refused\(["']""", re.MULTILINE)
_CODE = re.compile(r"[a-z0-9_…]+")
_FRAMEWORK = (
    exceptions.MethodNotAllowed,
    exceptions.NotAcceptable,
    exceptions.ParseError,
    exceptions.UnsupportedMediaType,
)


@dataclass
class Code:
    statuses: set[int] = field(default_factory=set)
    words: list[str] = field(default_factory=list)


def text() -> str:
    rows = [
        (f"`{name}`", ", ".join(map(str, sorted(code.statuses))), _shortest(code.words))
        for name, code in sorted(codes().items())
    ]
    return HEAD + table(["code", "status", "such as"], rows) + AFTER


def codes() -> dict[str, Code]:
    """Each code that a refusal can have, with its statuses and what is said."""
    found: dict[str, Code] = {}
    for kind in _FRAMEWORK:
        _note(found, kind.default_code, kind.status_code, "")
    for module, tree in _sources():
        for name, status, words in _told(module, tree):
            _note(found, name, status, words)
    return found


def _note(found: dict[str, Code], name: str, status: int, words: str) -> None:
    code = found.setdefault(name, Code())
    code.statuses.add(status)
    code.words += [words] if words else []


def _shortest(words: list[str]) -> str:
    # One that is filled in says less here than one that is not.
    return min(words, key=lambda one: ("%(" in one, len(one), one), default="")


def _sources() -> Iterator[tuple[Any, ast.Module]]:
    root = Path(settings.BASE_DIR)
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            source = file.read_text("utf-8")
            if _RAISES.search(source):
                name = ".".join(file.relative_to(root).with_suffix("").parts)
                yield importlib.import_module(name.removesuffix(".__init__")), ast.parse(source)


def _told(module: Any, tree: ast.Module) -> Iterator[tuple[str, int, str]]:
    for kind in vars(module).values():
        if (
            isinstance(kind, type)
            and issubclass(kind, Refused)
            and kind.__module__ == module.__name__
        ):
            own = "" if kind.detail is Refused.detail and kind is not Refused else str(kind.detail)
            yield kind.code, kind.status, own
    for around in ast.walk(tree):
        if isinstance(around, ast.FunctionDef | ast.Module):
            for call in _calls(around):
                if (name := _code(call)) and (kind := _class(module, call.func)) is not None:
                    yield name, kind.status, _words(call, _assigned(around))


def _calls(around: ast.AST) -> Iterator[ast.Call]:
    """Those of a function or a module itself, and not of functions inside it."""
    for child in ast.iter_child_nodes(around):
        if isinstance(child, ast.FunctionDef):
            continue
        if isinstance(child, ast.Call):
            yield child
        yield from _calls(child)


def _class(module: Any, func: ast.expr) -> type[Refused] | None:
    """The refusal that is made here, by its name in the module."""
    found: Any = module
    for part in ast.unparse(func).split("."):
        found = getattr(found, part, None)
    return found if isinstance(found, type) and issubclass(found, Refused) else None


def _code(call: ast.Call) -> str:
    given = next((one.value for one in call.keywords if one.arg == "code"), None)
    if given is None and call.args:
        given = call.args[0]
    name = _literal(given)
    return name if _CODE.fullmatch(name) and name.strip("…_") else ""


def _literal(given: ast.expr | None) -> str:
    """A text as it is written, with … for what is filled in."""
    if isinstance(given, ast.Constant):
        return given.value if isinstance(given.value, str) else ""
    if isinstance(given, ast.JoinedStr):
        return "".join(_literal(part) or "…" for part in given.values)
    return ""


def _assigned(around: ast.AST) -> list[tuple[int, str, str]]:
    """Line, name and text of each name of a function that is given a translated text, from below."""
    found = [
        (one.lineno, target.id, words)
        for one in ast.walk(around)
        if isinstance(one, ast.Assign)
        for target in one.targets
        if isinstance(target, ast.Name) and (words := _translated(one.value))
    ]
    return sorted(found, reverse=True)


def _words(call: ast.Call, known: list[tuple[int, str, str]]) -> str:
    for given in call.args:
        if found := _translated(given):
            return found
        if isinstance(given, ast.Name):
            above = (text for line, name, text in known if name == given.id and line < call.lineno)
            if found := next(above, ""):
                return found
    return ""


def _translated(given: ast.expr) -> str:
    for one in ast.walk(given):
        is_text = isinstance(one, ast.Call) and ast.unparse(one.func) in (
            "_",
            "gettext_lazy",
            "_now",
        )
        if is_text and isinstance(one, ast.Call) and one.args:
            return _literal(one.args[0])
    return ""
