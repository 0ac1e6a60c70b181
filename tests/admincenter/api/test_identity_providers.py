"""An organization's identity provider, for programs: drafted, set, tried, enforced step by step, and removed."""

from typing import Any

import pytest
from django.db import connection

from accounts.access.roles import RoleName
from accounts.access.services import create_service_account, grant_role
from accounts.api.resources import versions
from accounts.federation.enterprise.models import EnterpriseIdentity, IdentityProvider, SetupTrial
from accounts.federation.enterprise.services import finish_trial
from accounts.federation.enterprise.services.trials import Check
from accounts.federation.saml.services import fetching
from accounts.organizations.models import Domain
from accounts.provider.services import create_api_token
from tests.accounts.federation.directory import conftest as directories
from tests.accounts.federation.enterprise.conftest import acme, onprem, other
from tests.accounts.federation.openid.conftest import peer
from tests.accounts.federation.provider import CLIENT, FakeProvider
from tests.accounts.federation.saml.test_set_up import PLACE, described
from tests.conftest import App

__all__ = ["acme", "onprem", "other", "peer"]

pytestmark = pytest.mark.one_database
fake, directory, provider = directories.fake, directories.directory, directories.provider

CLIENT_VALUES = {"client_id": CLIENT["client_id"], "secret": CLIENT["secret"]}


@pytest.fixture
def at(acme: Any) -> str:
    return f"organizations/{acme.pk}"


def put(app: App, path: str, body: Any) -> Any:
    return app.send("PUT", path, body, {"If-Match": app.get(path)["ETag"]})


def drafted(owner: App, at: str, kind: str = "oidc") -> str:
    made = owner.post(f"{at}/identity-providers", {"kind": kind, "name": "Entra"})
    assert (made.status_code, made.json()["state"]) == (201, "draft")
    return str(made["Location"]).removeprefix("/api/v1/")


def test_nobody_waits_while_another_server_is_asked(
    owner: App, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction keeps all others on SQLite from writing: it begins when the provider's metadata is there."""
    depths: list[int] = []

    def fetch(url: str) -> bytes:
        depths.append(len(connection.savepoint_ids))
        return described("idp")

    monkeypatch.setattr(fetching, "fetch", fetch)
    one = drafted(owner, at, "saml")
    outside = len(connection.savepoint_ids)
    known = owner.change(f"{one}/values", {"values": {"metadata_url": PLACE}})
    assert known.json()["values"]["metadata_url"] == PLACE
    assert depths == [outside]


def has_come_back(path: str) -> None:
    """Somebody came back from there, and all was well."""
    found = IdentityProvider.objects.everywhere(reason="a test").get(
        pk=path.rsplit("/", maxsplit=1)[-1]
    )
    finish_trial(
        SetupTrial.objects.create(provider=found, version=found.version),
        [Check("All", True)],
    )


def test_it_is_set_up_without_a_page_and_tells_no_secret(
    owner: App, at: str, peer: FakeProvider
) -> None:
    one = drafted(owner, at)
    assert owner.post(f"{one}/test").json()["code"] == "not_set_up"
    values = {"issuer": peer.issuer, "client_id": CLIENT["client_id"]}
    missing = owner.change(f"{one}/values", {"values": values})
    assert (missing.status_code, list(missing.json()["errors"])) == (400, ["secret"])
    unknown = owner.change(f"{one}/values", {"values": {"isuer": "x"}}).json()
    assert list(unknown["errors"]) == ["isuer"]
    values["secret"] = CLIENT["secret"]
    known = owner.change(f"{one}/values", {"values": values})
    assert known.json()["values"]["issuer"] == peer.issuer
    # What pages compare, so that nobody overwrites another, programs compare by ETag.
    told = known.json()
    names = {"issuer", "client_id", "scopes", "acr_values"}
    assert told["values"].keys() == names
    assert {one["name"] for one in told["known_fields"]} == names | {"secret"}
    assert owner.change(f"{one}/values", {"values": {"opened": "x"}}).status_code == 400
    assert CLIENT["secret"] not in known.text + owner.get(f"{one}/values").text
    # To send the secret elsewhere takes the secret.
    moved = owner.change(f"{one}/values", {"values": {"issuer": "https://evil.example"}})
    assert (moved.status_code, list(moved.json()["errors"])) == (400, ["secret"])
    checked = owner.post(f"{one}/test").json()
    assert checked["checks"]
    assert all(check["passed"] is not False for check in checked["checks"])
    # What is right so far proves nothing: nobody has come back from there.
    assert owner.post(f"{one}/state", {"state": "trial"}).json()["code"] == "not_tested"
    assert owner.get(f"{one}/trials").json()["results"] == []


def test_a_check_that_fails_is_kept_as_a_test_that_failed(
    owner: App, at: str, peer: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = drafted(owner, at)
    values = {"issuer": "https://away.example", **CLIENT_VALUES}
    owner.change(f"{one}/values", {"values": values})
    monkeypatch.setattr(
        "accounts.federation.openid.kind.OpenId.checks", lambda *_: [Check("Address", False)]
    )
    assert owner.post(f"{one}/test").json()["checks"][0]["passed"] is False
    (trial,) = owner.get(f"{one}/trials").json()["results"]
    assert (trial["has_passed"], trial["checks"][0]["name"]) == (False, "Address")


def test_enforcement_rises_step_by_step_and_never_without_an_emergency_account(
    owner: App, at: str, acme: Any, alice: Any, bob: Any
) -> None:
    one = drafted(owner, at, "saml")
    assert owner.post(f"{one}/state", {"state": "live"}).json()["code"] == "not_tested"
    has_come_back(one)
    assert owner.post(f"{one}/state", {"state": "live"}).json()["code"] == "no_trial"
    assert owner.post(f"{one}/state", {"state": "trial"}).json()["state"] == "trial"
    assert owner.post(f"{one}/state", {"state": "live"}).json()["state"] == "live"
    route = f"{at}/domains/{Domain.objects.of(acme).get().pk}/route"
    lead = {"provider": one.split("/")[-1], "enforcement": "enforced"}
    assert put(owner, route, lead).json()["code"] == "no_trial"
    assert put(owner, route, lead | {"enforcement": "trial"}).json()["enforcement"] == "trial"
    assert put(owner, route, lead).json()["code"] == "no_break_glass"
    emergency = f"{at}/emergency-accounts"
    assert owner.post(emergency, {"user": bob.email}).status_code == 400
    assert owner.post(emergency, {"user": alice.email}).json()["counts"] is True
    assert put(owner, route, lead).json()["enforcement"] == "enforced"
    assert owner.delete(f"{emergency}/{alice.pk}").json()["code"] == "last_break_glass"
    assert put(owner, route, {"provider": None}).json()["provider"] is None
    assert owner.delete(f"{emergency}/{alice.pk}").status_code == 204
    # What was changed after its test has to be tested anew.
    owner.change(one, {"provisions": False})
    assert owner.post(f"{one}/state", {"state": "disabled"}).json()["state"] == "disabled"
    assert owner.post(f"{one}/state", {"state": "trial"}).json()["code"] == "not_tested"
    assert owner.delete(one).status_code == 204


def test_roles_people_and_links(owner: App, at: str, acme: Any, bob: Any) -> None:
    one = drafted(owner, at, "saml")
    found = IdentityProvider.objects.of(acme).get()
    roles = {"groups": [{"group": "g", "role": "reporter"}], "default_role": "guest"}
    assert put(owner, f"{one}/roles", roles).json() == roles
    bad = roles | {"default_role": "emperor"}
    assert put(owner, f"{one}/roles", bad).json()["code"] == "bad_role"
    identity = EnterpriseIdentity.objects.create(provider=found, issuer="i", subject="s", user=bob)
    assert owner.delete(f"{one}/identities/{identity.pk}").status_code == 204
    link = owner.post(f"{one}/setup-links")
    assert "/set-up/open/" in link.json()["address"]
    listed = owner.get(f"{one}/setup-links")
    assert (len(listed.json()["results"]), "set-up/open" in listed.text) == (1, False)
    assert owner.delete(str(link["Location"]).removeprefix("/api/v1/")).status_code == 204


def test_keys_are_changed_in_three_steps_by_people_only(
    owner: App, app: App, at: str, acme: Any, alice: Any
) -> None:
    one = drafted(owner, at, "saml")
    assert owner.post(f"{one}/keys/activate").json()["code"] == "no_next_key"
    assert [key["state"] for key in owner.post(f"{one}/keys/prepare").json()["results"]] == [
        "next",
        "current",
    ]
    assert owner.post(f"{one}/keys/activate").status_code == 200
    retired = owner.post(f"{one}/keys/retire")
    assert [key["state"] for key in retired.json()["results"]] == ["current"]
    assert "PRIVATE" not in retired.text
    # A program may look, and change nothing: others hear who it was.
    robot = create_service_account(organization=acme, name="CI", actor=alice)
    grant_role(user=robot, role=RoleName.ORGANIZATION_OWNER, actor=alice, scope=acme.access_scope)
    app.token = create_api_token(account=robot, name="CI", read_only=False, actor=alice)[1]
    assert app.get(one).status_code == 200
    assert app.post(f"{one}/keys/prepare").status_code == 403


def test_only_the_platform_allows_them(
    owner: App, app_of: Any, dora: Any, at: str, settings: Any
) -> None:
    settings.MAGO_DEPLOYMENT = "cloud"
    admin = app_of(dora)
    new = {"kind": "saml", "name": "Entra"}
    assert owner.post(f"{at}/identity-providers", new).json()["code"] == "enterprise_off"
    assert put(owner, f"{at}/enterprise-sign-on", {"is_allowed": True}).status_code == 403
    assert put(admin, f"{at}/enterprise-sign-on", {"is_allowed": True}).json()["is_on"] is True
    assert owner.post(f"{at}/identity-providers", new).status_code == 201
    mine = [row["name"] for row in owner.get("identity-providers").json()["results"]]
    assert (
        mine
        == ["Entra"]
        == [row["name"] for row in admin.get("identity-providers").json()["results"]]
    )


@pytest.mark.usefixtures("directory")
def test_a_directory_is_read_and_says_whom_it_concerns(
    owner: App, at: str, provider: Any, fake: Any, django_capture_on_commit_callbacks: Any
) -> None:
    fake.person("ada")
    one = f"{at}/identity-providers/{provider.pk}"
    with django_capture_on_commit_callbacks(execute=True):
        run = owner.post(f"{one}/syncs", {}).json()
    (listed,) = owner.get(f"{one}/syncs").json()["results"]
    assert (listed["id"], listed["is_dry"], listed["state"]) == (run["id"], True, "done")
    changes = owner.get(f"{one}/syncs/{run['id']}/changes?action=3_create").json()["results"]
    assert [(row["label"], row["is_applied"]) for row in changes] == [("ada@example.com", None)]
    assert owner.post(f"{one}/syncs/{run['id']}/confirm").status_code == 409
    assert owner.post(f"{one}/syncs/{run['id']}/drop").status_code == 409


@pytest.mark.parametrize("part", ["values", "roles"])
def test_of_two_who_change_one_version_at_once_the_second_is_told(
    owner: App, at: str, peer: FakeProvider, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """While the second waits for the provider's row, the first one's change is done."""
    one = drafted(owner, at)
    known = {"issuer": peer.issuer, **CLIENT_VALUES}
    owner.change(f"{one}/values", {"values": known})
    changes: Any = [{"values": known | {"client_id": name}} for name in ("mine", "theirs")]
    if part == "roles":
        changes = [{"groups": [], "default_role": name} for name in ("guest", "reporter")]
    mine, theirs = changes
    verb, path, lock = ("PUT" if part == "roles" else "PATCH"), f"{one}/{part}", versions._lock
    waited: list[Any] = []
    seen = {"If-Match": owner.get(path)["ETag"]}

    def wait(row: Any) -> None:
        if not waited:
            waited.append(row)
            assert owner.send(verb, path, theirs, seen).status_code == 200
        lock(row)

    monkeypatch.setattr(versions, "_lock", wait)
    assert owner.send(verb, path, mine, seen).status_code == 412
    assert waited == [IdentityProvider.objects.everywhere(reason="a test").get()]
