"""The page on which a directory's people type their password, and the test of its settings."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from accounts.federation.directory.forms import DirectoryForm
from accounts.federation.directory.models import Directory
from accounts.federation.enterprise.kinds import kind_of
from accounts.federation.enterprise.models import IdentityProvider, State
from accounts.federation.enterprise.services import begin_trial, create_provider, has_passed
from accounts.federation.enterprise.services.setup_links import create_link
from accounts.models import User
from tests.accounts.conftest import is_signed_in
from tests.conftest import Browser
from tests.peers.certificates import certificate_authority, pem

from .fake import BASE, GROUPS, PEOPLE, READER, FakeDirectory

pytestmark = pytest.mark.django_db
PAGE, PASSWORD = "/accounts/directory/acme/directory/", "ada counts on her engine"


@pytest.fixture
def staff(fake: FakeDirectory) -> FakeDirectory:
    fake.person("ada", PASSWORD)
    fake.group("engineers", f"uid=ada,{PEOPLE}")
    return fake


def enter(
    browser: Browser, login: str = "ada@example.com", password: str = PASSWORD, **more: str
) -> Any:
    return browser.post(PAGE, {"login": login, "password": password, **more})


def test_somebody_of_the_directory_signs_in_by_our_page(
    staff: FakeDirectory, provider: Any, browser: Browser, events: Any
) -> None:
    assert "Acme" in browser.get(PAGE).content.decode()
    response = enter(browser, next="/accounts/sessions/")
    assert (response.status_code, response.url) == (302, "/accounts/sessions/")
    assert is_signed_in(browser)
    assert events("signin:session:opened")[-1].detail["method"] == "ldap"
    assert not User.objects.get(email="ada@example.com").has_usable_password()


def test_what_is_wrong_stands_on_the_page_and_nobody_is_in(
    staff: FakeDirectory, provider: Any, browser: Browser
) -> None:
    wrong, unknown = enter(browser, password="x"), enter(browser, login="nobody@example.com")
    assert wrong.status_code == unknown.status_code == 401
    assert "do not match" in wrong.content.decode()
    assert enter(browser, password="").status_code == 400
    for _ in range(2):
        enter(browser, password="x")
    limited = enter(browser)
    assert (limited.status_code, "Retry-After" in limited) == (429, True)
    staff.dead = {"one.example.com:636", "two.example.com:389"}
    assert enter(browser, login="grace@example.com").status_code == 503
    assert not is_signed_in(browser)
    assert PASSWORD not in limited.content.decode()


def test_whom_the_organization_does_not_let_in_sees_why(
    staff: FakeDirectory, provider: Any, browser: Browser
) -> None:
    staff.person("evil", PASSWORD, mail="evil@elsewhere.example")
    assert enter(browser, login="evil@example.com").status_code in (401, 403)
    assert enter(browser, login="evil@elsewhere.example").status_code == 403
    IdentityProvider.objects.of(provider.organization).update(required_groups=["others"])
    response = enter(browser)
    assert response.status_code == 403
    assert "none of the groups" in response.content.decode()
    assert not is_signed_in(browser)


def test_there_is_no_page_for_another_kind_or_a_provider_that_is_not_set_up(
    provider: Any, acme: Any, alice: Any, browser: Browser, settings: Any
) -> None:
    for kind in ("saml", "ldap"):
        made = create_provider(organization=acme, kind=kind, name=f"New {kind}", actor=alice)
        assert browser.get(f"/accounts/directory/acme/{made.slug}/").status_code == 404
    assert browser.get("/accounts/directory/acme/none/").status_code == 404
    settings.MAGO_DEPLOYMENT = "cloud"
    assert browser.get(PAGE).status_code == 404


def test_the_entrance_is_led_to_the_page(
    staff: FakeDirectory, provider: Any, rf: RequestFactory
) -> None:
    response = kind_of("ldap").begin_sign_in(
        rf.get("/"), provider, email="ada@example.com", next_url="/accounts/mfa/"
    )
    page = response.content.decode()  # type: ignore[attr-defined]
    assert 'value="ada@example.com"' in page
    assert f'action="{PAGE}"' in page
    assert 'name="next" value="/accounts/mfa/"' in page


def run_trial(
    provider: Any, alice: Any, login: str = "ada@example.com", password: str = PASSWORD
) -> Any:
    trial = begin_trial(provider, actor=alice)
    browser = Browser().as_person(alice)
    page = browser.get(f"/accounts/directory/trials/{trial.pk}/")
    assert page.status_code == 200
    response = browser.post(page.request["PATH_INFO"], {"login": login, "password": password})
    assert response.status_code == 302
    trial.refresh_from_db()
    # It is one test, and it is over.
    assert browser.get(page.request["PATH_INFO"]).status_code == 404
    return trial


def results(trial: Any) -> list[bool | None]:
    return [check["passed"] for check in trial.checks]


def test_a_test_shows_every_step_green(staff: FakeDirectory, provider: Any, alice: Any) -> None:
    trial = run_trial(provider, alice)
    assert results(trial)[:11] == [True] * 11
    assert has_passed(trial)
    assert trial.asserted["groups"] == ["engineers"]
    assert "dn: uid=ada" in str(trial.checks)
    assert PASSWORD not in str(trial.checks)
    assert not User.objects.filter(email="ada@example.com").exists()


def test_a_test_shows_the_step_that_fails_and_what_to_do(
    staff: FakeDirectory, provider: Any, alice: Any
) -> None:
    wrong = run_trial(provider, alice, password="x")
    assert results(wrong)[6:] == [True, True, True, False, None]
    unknown = run_trial(provider, alice, login="nobody")
    assert results(unknown)[6:] == [True, True, False, None, None]
    staff.dead = {"one.example.com:636"}
    half = run_trial(provider, alice)
    assert results(half)[:6] == [False, None, None, True, True, True]
    assert "firewall" in half.checks[0]["detail"]
    staff.passwords[READER] = "changed"
    refused = run_trial(provider, alice)
    assert results(refused) == [
        False,
        None,
        None,
        True,
        True,
        False,
        False,
        False,
        False,
        None,
        None,
    ]
    assert "service account" in refused.checks[5]["detail"]


def test_only_who_may_change_the_provider_may_test_it(
    staff: FakeDirectory, provider: Any, alice: Any, bob: Any, charlie: Any
) -> None:
    trial = begin_trial(provider, actor=alice)
    for person in (bob, charlie):
        page = Browser().as_person(person).get(f"/accounts/directory/trials/{trial.pk}/")
        assert page.status_code == 404


def test_who_sets_it_up_by_a_link_tests_it_in_that_browser_alone(
    staff: FakeDirectory, provider: Any, alice: Any
) -> None:
    provider.state = State.DRAFT
    provider.save()
    _link, address = create_link(provider=provider, actor=alice)
    customer, thief = Browser(), Browser()
    customer.post(urlsplit(address).path)
    trial = begin_trial(provider, actor=None)
    page = f"/accounts/directory/trials/{trial.pk}/"
    assert thief.get(page).status_code == 404
    shown = customer.post(page, {"login": "ada@example.com", "password": PASSWORD})
    assert customer.get(shown["Location"]).status_code == 200
    assert thief.get(shown["Location"]).status_code == 404


def sent(**values: str) -> dict[str, str]:
    return {
        "product": "openldap",
        "servers": "dc1.example.com:636\nldap://dc2.example.com\n",
        "bind_name": READER,
        "bind_password": "a secret ",
        "base": BASE,
        "group_base": GROUPS,
        "groups_named_by": "dn",
        "attempts": "3",
        "pause": "31",
        "every": "15",
        "full_every": "60",
        "brake": "10",
    } | values


def test_the_form_sets_a_directory_up_with_what_is_usual(acme: Any, alice: Any) -> None:
    made = create_provider(organization=acme, kind="ldap", name="AD", actor=alice)
    ours, ca = kind_of("ldap"), pem(certificate_authority("Corp")[0])
    assert not ours.is_complete(made)
    file = SimpleUploadedFile("ca.pem", ca.encode())
    form = ours.form(made, sent(product="active_directory"), {"ca": file})
    assert form.is_valid(), form.errors
    ours.save(made, form, actor=alice)
    row = Directory.objects.get()
    assert [str(one) for one in row.endpoints] == ["dc1.example.com:636", "dc2.example.com:389"]
    assert [one.security for one in row.endpoints] == ["ldaps", "starttls"]
    assert (row.subject_attribute, row.nesting, row.ca) == ("objectGUID", "chain", ca)
    assert row.bind_password == "a secret "
    # Shown again, and sent as it is, it stays; the password is not shown.
    again = DirectoryForm(row)
    assert "a secret" not in str(again)
    assert "ldaps://dc1.example.com:636" in str(again)
    form = ours.form(made, sent(product="active_directory", bind_password=""), {})
    assert form.is_valid(), form.errors
    ours.save(made, form, actor=alice)
    assert Directory.objects.get().ca == ca


@pytest.mark.parametrize(
    "servers",
    ["http://x", "ldap://u:p@x", "x:0x1", "x:99999", "ldaps://x/dc=y", "a b", "ldaps://", "x?y"],
)
def test_what_is_no_server_is_said_beside_the_field(servers: str) -> None:
    form = DirectoryForm(None, sent(servers=servers), {})
    valid = form.is_valid()
    # What only the service can tell, it tells.
    assert not valid or servers == "a b"
    assert valid or list(form.errors) == ["servers"]


def test_a_file_that_is_no_certificate_is_refused() -> None:
    file = SimpleUploadedFile("ca.pem", b"\xff\xfe\x00")
    form = DirectoryForm(None, sent(), {"ca": file})
    assert not form.is_valid()
    assert list(form.errors) == ["ca"]
