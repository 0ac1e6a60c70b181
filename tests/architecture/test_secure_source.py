"""Our own rules of secure code, beside those of ruff and bandit; each finds a kind of mistake that others made."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from .test_source import ROOT, SOURCES, imported

pytestmark = pytest.mark.one_database

_SECRET = re.compile(r"(^|_)(secret|token|password|mac|hmac|signature|digest|otp|proof|tag_)$")


def where(path: Path, node: ast.expr) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


@cache
def walk() -> list[tuple[Path, ast.Compare | ast.Call]]:
    """All comparisons and calls of the source, which is read once."""
    return [
        (path, node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Compare | ast.Call)
    ]


def name_of(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def test_secrets_are_compared_in_constant_time() -> None:
    """CVE-2026-27856 (Dovecot) was an == on a secret: `hmac.compare_digest` it is."""
    no_secrets = {
        "accounts/federation/directory/comparing.py",  # whether a person's attributes have changed
    }
    found = []
    for path, node in walk():
        if str(path.relative_to(ROOT)) in no_secrets:
            continue
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        sides = [node.left, node.comparators[0]]
        # Whether it is there at all is no secret.
        if any(isinstance(side, ast.Constant) for side in sides):
            continue
        if any(_SECRET.search(name_of(side)) for side in sides):
            found.append(where(path, node))
    assert found == []


def test_nothing_turns_the_proof_of_a_server_off() -> None:
    off = re.compile(r"CERT_NONE|check_hostname\s*=\s*False|verify\s*=\s*False|_create_unverified")
    found = {str(path.relative_to(ROOT)) for path in SOURCES if off.search(path.read_text())}
    # It reads a certificate that is not believed, to say why, and sends nothing.
    assert found == {"mago/tls/certificates.py"}


def test_login_is_called_by_the_sessions_service_only() -> None:
    allowed = {"accounts/sessions/browser.py"}
    found = {
        str(path.relative_to(ROOT))
        for path, node in walk()
        if isinstance(node, ast.Call)
        and (name_of(node.func) in {"login", "auth_login", "django_login"})
        and not (isinstance(node.func, ast.Attribute) and name_of(node.func.value) == "connection")
    }
    assert found <= allowed


def test_code_is_not_made_from_text() -> None:
    words = {"eval", "exec", "compile", "__import__"}
    found = [
        where(path, node)
        for path, node in walk()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in words
    ]
    assert found == []


def test_nothing_is_unpickled() -> None:
    unsafe = {"pickle", "marshal", "shelve", "dill"}
    assert [path for path in SOURCES if unsafe & {module for module, _ in imported(path)}] == []


# Whoever opens connections, and to whom (ASVS 13.1.1); docs/operations/install.md lists them for firewalls.
CONNECTING = {"socket", "ssl", "smtplib", "http.client", "urllib.request", "requests", "ldap3", "twilio.rest", "redis", "dns.resolver"}  # fmt: skip


def test_whatever_opens_connections_is_on_the_list_for_firewalls() -> None:
    text = (ROOT / "docs/operations/install.md").read_text()
    found = {
        str(path.relative_to(ROOT)).removesuffix(".py")
        for path in SOURCES
        if CONNECTING & {m for module, name in imported(path) for m in (module, f"{module}.{name}")}
    }
    assert sorted(name for name in found if f"`{name}`" not in text) == []
