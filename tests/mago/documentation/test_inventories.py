"""Lists that the documentation keeps by hand, held against the source."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.test_routes import PUBLIC_ROUTES
from tests.architecture.test_source import SOURCES, imported
from tests.running import ROOT

pytestmark = pytest.mark.one_database

THREATS = (ROOT / "docs/threat-model.md").read_text()
# Steps of signing in, up and out, and links of mails: rows of their own without a common beginning.
OF_SIGN_IN = (
    *("/accounts/confirm-email/", "/accounts/signup/", "/accounts/logout/", "/accounts/mfa/"),
    *(
        "/accounts/password/",
        "/accounts/not-me/",
        "/accounts/organizations/invitations/",
        "/setup/",
    ),
    *("/accounts/enterprise/", "/accounts/directory/", "/api/v1/docs/", "/api/v1/schema/"),
)
CRYPTOGRAPHY = {
    "argon2", "cryptography", "hashlib", "hmac", "joserfc", "jwt", "secrets", "webauthn", "xmlsec"
}  # fmt: skip


@pytest.mark.slow
def test_every_module_that_does_cryptography_is_in_the_inventory() -> None:
    told = (ROOT / "docs/cryptography.md").read_text()
    found = {
        str(path.relative_to(ROOT)).removesuffix(".py")
        for path in SOURCES
        if CRYPTOGRAPHY & {module.split(".")[0] for module, _name in imported(path)}
    }
    assert len(found) > 50
    assert sorted(name for name in found if f"`{name}`" not in told) == []


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = set(re.findall(r"`(tests/[^`]+)`", THREATS))
    assert len(named) > 40
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_every_public_route_belongs_to_a_door_of_the_threat_model() -> None:
    doors = (*re.findall(r"`(/[a-z./_\d-]*)`", THREATS), *OF_SIGN_IN)
    assert len(doors) > 10
    outside = [path for path in sorted(PUBLIC_ROUTES) if path != "/" and not path.startswith(
        tuple(door for door in doors if door != "/")
    )]  # fmt: skip
    assert outside == []


def test_every_file_that_a_page_names_exists_and_holds_what_it_says() -> None:
    """`views/verify.py`, or `views/verify.py: verify`, from the root or from a package of which the page speaks."""
    files: dict[str, list[Path]] = {}
    for path in (*ROOT.glob("*.py"), *ROOT.glob("[!.]*/**/*.py")):
        files.setdefault(path.name, []).append(path)
    named = {
        (page.name, file, name)
        for page in (ROOT / "docs").rglob("*.md")
        for file, name in re.findall(r"`([\w/]+\.py)(?:: (\w+))?`", page.read_text())
    }
    assert len(named) > 200
    assert sorted(one for one in named if not _holds(files, *one[1:])) == []


def _holds(files: dict[str, list[Path]], file: str, name: str) -> bool:
    meant = [path for path in files.get(Path(file).name, ()) if f"/{path}".endswith(f"/{file}")]
    defined = re.compile(rf"^(?:def|class) {name}\b|^{name}\b.* = ", re.MULTILINE)
    return any(not name or defined.search(path.read_text()) for path in meant)


def test_the_route_of_a_request_names_every_layer() -> None:
    told = (ROOT / "docs/route-of-a-request.md").read_text()
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    [layers] = [
        one["layers"] for one in contracts["contracts"] if one.get("containers") == ["accounts"]
    ]
    slices = [layer.strip("()") for layer in layers if layer != "(urls)"]
    assert " > ".join(slices) in told
