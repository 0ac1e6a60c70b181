"""The providers by which everybody may sign in, as administrators set them."""

from typing import Any

import pytest
from django.db import connection

from accounts.federation.models import SocialProvider
from mago.audit.tags import Tag
from tests.accounts.federation.conftest import use
from tests.accounts.federation.provider import CLIENT, FakeProvider
from tests.accounts.federation.test_providers import private_key
from tests.conftest import Browser

AT = "/admincenter/sign-in-providers/"
OURS = {
    "name": "Ours",
    "issuer": "https://id.example.com",
    "client_id": "mago",
    "secret": CLIENT["secret"],
}
APPLE = {"client_id": "mago", "team_id": "T", "key_id": "K"}


@pytest.fixture
def peer(settings: Any, monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    """It answers; nothing is configured yet."""
    found = FakeProvider()
    use(settings, monkeypatch, oidc=found)
    settings.SIGN_IN_PROVIDERS = {}
    return found


def save(admin: Browser, kind: str = "oidc", **fields: Any) -> Any:
    return admin.post(f"{AT}{kind}/edit/", (OURS if kind == "oidc" else {}) | fields)


def test_one_is_set_up_enabled_and_offered(admin: Browser, peer: FakeProvider, events: Any) -> None:
    assert "Not set up" in admin.get(AT).text
    assert save(admin)["Location"] == f"{AT}oidc/"
    # Off until it has been tried.
    assert "Continue with" not in Browser().get("/accounts/login/").text
    admin.post(f"{AT}oidc/enable/")
    assert "Continue with Ours" in Browser().get("/accounts/login/").text
    admin.post(f"{AT}oidc/disable/")
    assert "Continue with" not in Browser().get("/accounts/login/").text
    told = [event.tag for event in events() if event.tag.startswith("federation:provider:")]
    assert told == [
        Tag.SIGN_IN_PROVIDER_CHANGED,
        Tag.SIGN_IN_PROVIDER_ENABLED,
        Tag.SIGN_IN_PROVIDER_DISABLED,
    ]


def test_the_secret_is_sealed_and_never_shown(
    admin: Browser, peer: FakeProvider, events: Any
) -> None:
    save(admin)
    shown = admin.get(f"{AT}oidc/").text + admin.get(f"{AT}oidc/edit/").text
    shown += save(admin, issuer="no address").text
    told = str([event.detail for event in events()])
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM federation_socialprovider")
        kept = str(cursor.fetchall())
    assert CLIENT["secret"] not in shown + told + kept
    assert SocialProvider.objects.get().secret == CLIENT["secret"]


@pytest.mark.parametrize(
    "changed",
    [{"issuer": "https://evil.example.com"}, {"client_id": "other"}, {"issuer": "https://id.example.com/"}],
)  # fmt: skip
def test_whoever_sends_the_secret_elsewhere_gives_it_again(
    admin: Browser, peer: FakeProvider, changed: dict[str, str]
) -> None:
    save(admin)
    response = save(admin, secret="", **changed)
    assert (response.status_code, list(response.context["form"].errors)) == (400, ["secret"])
    assert SocialProvider.objects.get().issuer == OURS["issuer"]
    assert save(admin, secret="", name="Other").status_code == 302
    assert SocialProvider.objects.get().secret == CLIENT["secret"]
    assert save(admin, secret="new", **changed).status_code == 302


@pytest.mark.parametrize(
    ("kind", "fields", "wrong"),
    [
        ("oidc", {"issuer": "http://id.example.com"}, "issuer"),
        ("oidc", {"issuer": "https://id.example.com/?a=b"}, "issuer"),
        ("oidc", {"secret": ""}, "secret"),
        ("google", {"client_id": ""}, "client_id"),
        ("microsoft", {"client_id": "x", "secret": "y", "tenant": "example.com"}, "tenant"),
        ("microsoft", {"client_id": "x", "secret": "y", "tenant": "common", "trusts_email": "on"}, "trusts_email"),
        ("apple", {**APPLE, "secret": "no key"}, "secret"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(
    admin: Browser, peer: FakeProvider, kind: str, fields: dict[str, str], wrong: str
) -> None:
    response = save(admin, kind, **({"secret": "y"} | fields))
    assert (response.status_code, wrong in response.context["form"].errors) == (400, True)
    assert not SocialProvider.objects.exists()


def test_apple_takes_its_key_of_several_lines(admin: Browser, peer: FakeProvider) -> None:
    assert (
        save(admin, "apple", **APPLE, secret=private_key().replace("\n", "\r\n")).status_code == 302
    )
    assert SocialProvider.objects.get().secret == private_key()


def test_what_the_environment_sets_is_read_only_and_stands_above(
    admin: Browser, peer: FakeProvider, settings: Any
) -> None:
    save(admin)
    settings.SIGN_IN_PROVIDERS = {"oidc": {**CLIENT, "name": "Env", "issuer": OURS["issuer"]}}
    page = admin.get(f"{AT}oidc/").text
    assert "Set by the environment" in page
    assert f'href="{AT}oidc/edit/"' not in page
    assert save(admin, name="Mine").status_code == 409
    admin.post(f"{AT}oidc/disable/")
    assert "Continue with Env" in Browser().get("/accounts/login/").text
    assert SocialProvider.objects.get().name == "Ours"


def test_a_test_shows_the_step_that_fails_and_what_to_do(
    admin: Browser, peer: FakeProvider, events: Any
) -> None:
    save(admin)

    def tried() -> tuple[str, str]:
        page = admin.post(f"{AT}oidc/test/")
        trial = page.context["trial"]
        return (trial.failed.value if trial.failed else "", page.text)

    assert tried()[0] == ""
    assert "Everything that can be tried without a person works" in tried()[1]
    peer.secret = "another"
    assert tried()[0] == "client"
    assert "The client secret is wrong, or has expired" in tried()[1]
    peer.stranger = "unauthorized_client"
    assert tried()[0] == "authorization"
    peer.client_id = "another"
    assert tried()[0] == "authorization"
    assert "/accounts/identities/oidc/callback/" in tried()[1]
    peer.keys = []
    assert tried()[0] == "keys"
    peer.described = {"issuer": "https://other.example.com"}
    assert tried()[0] == "discovery"
    peer.is_up = False
    assert "MAGO_FEDERATION_NETWORKS" in tried()[1]
    told = [event.detail["failed"] for event in events(Tag.SIGN_IN_PROVIDER_TESTED)]
    assert (told[0], told[-1]) == (None, "discovery")
    assert CLIENT["secret"] not in str([event.detail for event in events()])


def test_only_who_may_change_providers_may_have_them_tested(
    browser: Browser, alice: Any, peer: FakeProvider
) -> None:
    browser.as_person(alice)
    for path in ("", "oidc/", "oidc/edit/"):
        assert browser.get(f"{AT}{path}").status_code == 403
    for action in ("edit", "test", "enable", "disable"):
        assert browser.post(f"{AT}oidc/{action}/").status_code == 403
    assert peer.asked == []


def test_a_kind_that_is_none_is_not_there(admin: Browser) -> None:
    for path in ("pigeon/", "pigeon/edit/"):
        assert admin.get(f"{AT}{path}").status_code == 404
    assert admin.post(f"{AT}google/test/").status_code == 404
