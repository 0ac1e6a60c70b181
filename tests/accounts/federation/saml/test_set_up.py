"""A provider is described by a file, an address or fields, tried out, and kept up to date."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone
from lxml import etree

from accounts.federation.enterprise.kinds import kind_of
from accounts.federation.enterprise.services import begin_trial, has_passed
from accounts.federation.saml import services
from accounts.federation.saml.models import OwnKey, Request, SamlProvider
from accounts.federation.saml.protocol import descriptions
from accounts.federation.saml.protocol.keys import read_certificate
from accounts.federation.saml.protocol.names import POST, REDIRECT
from accounts.federation.saml.protocol.signatures import sign
from accounts.federation.saml.services import fetching
from accounts.sessions.models import Session
from mago.core.errors import Conflict, Refused
from mago.core.outbound import Unreachable
from tests.conftest import Browser

from .conftest import ACS, AT, BOB, LOGOUT, SP, Way, is_in, message_of, provider_in, query_of
from .idp import ISSUER, NS, SLO, SSO, Idp, key_pair

MD = "urn:oasis:names:tc:SAML:2.0:metadata"
PLACE = "https://idp.example.com/metadata"


def body_of(name: str) -> str:
    return "".join(line for line in key_pair(name)[1].splitlines() if "-----" not in line)


def described(
    *certificates: str, signed_by: str = "", issuer: str = ISSUER, sso: str = SSO, more: str = ""
) -> bytes:
    """A provider's metadata, as some write it: with a comment, and both bindings."""
    keys = "".join(
        f'<KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{body_of(name)}'
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>"
        for name in certificates
    )
    root = etree.fromstring(
        f'<EntityDescriptor xmlns="{MD}" xmlns:ds="{NS["ds"]}" entityID="{issuer}" ID="_md" {more}>'
        f'<!-- ours --><IDPSSODescriptor protocolSupportEnumeration="{NS["samlp"]}">{keys}'
        f'<SingleLogoutService Binding="{REDIRECT}" Location="{SLO}"/>'
        f'<SingleSignOnService Binding="{POST}" Location="{sso}/post"/>'
        f'<SingleSignOnService Binding="{REDIRECT}" Location="{sso}"/>'
        "</IDPSSODescriptor></EntityDescriptor>"
    )
    if signed_by:
        sign(root, *key_pair(signed_by), before=0)
    return etree.tostring(root)


@pytest.fixture
def draft(acme: Any, alice: Any) -> Any:
    return provider_in(acme, alice)


def save(provider: Any, actor: Any, file: bytes = b"", **fields: Any) -> Any:
    kind = kind_of("saml")
    files = {"metadata": SimpleUploadedFile("idp.xml", file)} if file else {}
    form = kind.form(provider, fields, files)
    assert form.is_valid(), form.errors
    kind.save(provider, form, actor=actor)
    return SamlProvider.objects.of(provider.organization).get(provider=provider)


def test_a_provider_is_described_by_a_file_or_field_by_field(draft: Any, alice: Any) -> None:
    kind, version = kind_of("saml"), draft.version
    assert not kind.is_complete(draft)
    known = save(draft, alice, described("idp", "idp-next"))
    assert (known.entity_id, known.sign_on_url, known.sign_on_binding) == (ISSUER, SSO, REDIRECT)
    assert known.logout_url == SLO
    assert known.certificates == [key_pair("idp")[1], key_pair("idp-next")[1]]
    assert draft.version > version
    fields = {"entity_id": "urn:other", "sign_on_url": SSO, "certificates": key_pair("idp")[1]}
    known = save(draft, alice, **fields, context_classes="urn:a\nurn:b\n", always_asks="on")
    assert (known.entity_id, known.context_classes) == ("urn:other", ["urn:a", "urn:b"])
    assert kind.is_complete(draft)
    assert [check.passed for check in kind.checks(draft)] == [True, True, None]


def test_what_cannot_be_used_is_refused_beside_its_field(
    draft: Any, alice: Any, bob: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(url: str) -> bytes:
        raise Unreachable("allow", "10.0.0.1 is not a public address")

    weak = {"entity_id": ISSUER, "sign_on_url": SSO}
    monkeypatch.setattr(fetching, "fetch", unreachable)
    cases: list[tuple[str, dict[str, Any]]] = [
        ("metadata", {"file": b"<a/>"}),
        ("metadata", {"file": b"<!DOCTYPE a><a/>"}),
        ("metadata", {"file": described("idp", sso="http://idp.example.com/sso")}),
        ("metadata", {"file": described("idp", more='validUntil="2020-01-01T00:00:00Z"')}),
        ("metadata", {"file": described()}),
        ("metadata_url", {"metadata_url": PLACE}),
        ("entity_id", {"sign_on_url": SSO}),
        ("sign_on_url", weak | {"sign_on_url": "javascript:x", "certificates": key_pair()[1]}),
        ("certificates", weak | {"certificates": "hello"}),
    ]
    for field, given in cases:
        with pytest.raises(Refused) as refused:
            save(draft, alice, **given)
        assert list(refused.value.fields) == [field], given
    with pytest.raises(Refused) as refused:
        save(draft, alice, metadata_url="not an address")
    assert str(refused.value.detail).startswith("Give an address of https")
    with pytest.raises(Refused):
        save(draft, bob, described("idp"))
    assert not SamlProvider.objects.of(draft.organization).exists()
    # Metadata that was changed after it was signed, or of two providers.
    poisoned = described("idp", signed_by="idp").replace(b"/sso", b"/sos")
    two = b"<EntitiesDescriptor xmlns='%s'>%s%s</EntitiesDescriptor>" % (
        MD.encode(),
        described("idp"),
        described("idp", issuer="urn:b").replace(b"_md", b"_mb"),
    )
    for raw in (poisoned, two):
        with pytest.raises(descriptions.Misdescribed):
            descriptions.read(raw, now=timezone.now())


def test_a_next_certificate_counts_when_the_pinned_key_says_so(
    draft: Any, alice: Any, idp: Idp, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = {PLACE: described("idp", signed_by="idp")}
    monkeypatch.setattr(fetching, "fetch", lambda url: published[url])
    monkeypatch.setattr("accounts.federation.saml.services.refreshing.fetch", published.__getitem__)
    known = save(draft, alice, metadata_url=PLACE)
    assert known.metadata_certificate == key_pair("idp")[1]
    kind = kind_of("saml")
    poisoned = described("stranger", signed_by="stranger")
    for raw in (poisoned, described("stranger"), b"<a/>"):
        published[PLACE] = raw
        services.refresh(known)
        known.refresh_from_db()
        assert known.certificates == [key_pair("idp")[1]]
        assert known.refresh_problem
        assert [warning.is_urgent for warning in kind.warnings(draft)] == [False]
    published[PLACE] = described("idp", "idp-next", signed_by="idp")
    assert services.refresh_all() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        assert services.refresh_all() == 1
    known.refresh_from_db()
    assert known.certificates == [key_pair("idp")[1], key_pair("idp-next")[1]]
    assert (known.refresh_problem, kind.warnings(draft)) == ("", [])


def test_unsigned_metadata_brings_no_keys_by_itself(
    draft: Any, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "fetch", lambda url: described("idp"))
    known = save(draft, alice, metadata_url=PLACE)
    monkeypatch.setattr(
        "accounts.federation.saml.services.refreshing.fetch", lambda url: described("stranger")
    )
    services.refresh(known)
    known.refresh_from_db()
    assert known.certificates == [key_pair("idp")[1]]
    assert "certificates" in known.refresh_problem


@pytest.mark.parametrize("published", [described("idp", "idp-next", signed_by="idp"), b"<a/>"])
def test_what_was_asked_before_it_was_described_anew_counts_for_nothing(
    draft: Any, alice: Any, monkeypatch: pytest.MonkeyPatch, published: bytes
) -> None:
    """Else the keys that somebody has just taken away would be believed again, for the provider that came instead."""
    monkeypatch.setattr(fetching, "fetch", lambda url: described("idp", signed_by="idp"))
    asked = save(draft, alice, metadata_url=PLACE)

    def answer(_url: str) -> bytes:
        anew = {"entity_id": "urn:anew", "sign_on_url": SSO}
        save(draft, alice, **anew, certificates=key_pair("stranger")[1])
        return published

    monkeypatch.setattr("accounts.federation.saml.services.refreshing.fetch", answer)
    services.refresh(asked)
    now = SamlProvider.objects.of(draft.organization).get(provider=draft)
    assert (now.entity_id, now.certificates) == ("urn:anew", [key_pair("stranger")[1]])
    assert (now.metadata_url, now.refresh_problem) == ("", "")


def test_both_sides_change_their_keys_without_anybody_locked_out(
    provider: Any, idp: Idp, alice: Any, tmp_path: Any, monkeypatch: Any
) -> None:
    organization, made = provider.organization, iter(["sp-2", "sp-3"])
    monkeypatch.setattr(
        "accounts.federation.saml.protocol.keys.make_key", lambda *_a, **_k: key_pair(next(made))
    )
    # Theirs: a response by the next key of the provider, while both are known.
    SamlProvider.objects.of(organization).update(certificates=[key_pair()[1], key_pair("idp-2")[1]])
    moved = Idp(idp.sp_metadata, tmp_path, keys=key_pair("idp-2"))
    browser = Browser()
    way = Way(browser)
    assert way.back(moved.response(**way.about(**BOB))).status_code == 302
    # Ours: the next one is published, then signs; what is sealed for the former still opens.
    services.prepare_key(organization=organization, actor=alice)
    with pytest.raises(Conflict):
        services.prepare_key(organization=organization, actor=alice)
    shown = browser.get(f"{AT}metadata/").content.decode()
    assert all(body_of(name) in shown.replace("\n", "") for name in ("sp", "sp-2"))
    services.activate_key(organization=organization, actor=alice)
    sealed = {"mode": ("assertion", "encrypted")}
    for name in ("sp", "sp-2"):
        other = Browser()
        way = Way(other)
        plain = idp.response(mode=(), **way.about(**BOB))
        raw = idp.forge(plain, certificate=key_pair(name)[1], **sealed)
        assert way.back(raw).status_code == 302
    call_command("saml_key", "retire", organization="acme")
    with pytest.raises(CommandError):
        call_command("saml_key", "activate", organization="acme")
    way = Way(Browser())
    raw = idp.forge(
        idp.response(mode=(), **way.about(**BOB)), certificate=key_pair("sp")[1], **sealed
    )
    assert way.back(raw).status_code == 403
    [key] = OwnKey.objects.of(organization)
    assert key.state == "current"


def test_our_metadata_is_signed_and_a_key_is_made_on_first_use(
    draft: Any, browser: Browser, monkeypatch: Any
) -> None:
    monkeypatch.setattr(
        "accounts.federation.saml.protocol.keys.make_key", lambda *_a, **_k: key_pair("sp")
    )
    assert not OwnKey.objects.of(draft.organization).exists()
    answer = browser.get(f"{AT}metadata/")
    assert answer["Content-Type"] == "application/samlmetadata+xml"
    root = etree.fromstring(answer.content)
    from accounts.federation.saml.protocol import documents, signatures

    documents.parse(answer.content, "saml-schema-metadata-2.0.xsd")
    signatures.verify(root, [read_certificate(key_pair("sp")[1])])
    told = answer.content.decode()
    assert all(url in told for url in (SP, ACS, LOGOUT))
    kept = OwnKey.objects.of(draft.organization).get()
    assert browser.get(f"{AT}metadata/").status_code == 200
    assert OwnKey.objects.of(draft.organization).get() == kept
    # No organization without such a provider tells anything.
    assert browser.get("/accounts/saml/nobody/metadata/").status_code == 404


def test_what_expires_is_told_in_time(draft: Any, alice: Any) -> None:
    save(draft, alice, described("idp"))
    kind, ends_at = kind_of("saml"), read_certificate(key_pair()[1]).expires_at
    assert kind.warnings(draft) == []
    for days, urgent, words in (
        (59, False, "ends on"),
        (13, True, "ends on"),
        (-1, True, "ended on"),
    ):
        with time_machine.travel(ends_at - timedelta(days=days), tick=False):
            [warning] = kind.warnings(draft)
            assert (warning.is_urgent, words in warning.text) == (urgent, True)


def way_by(browser: Browser, url: str) -> Way:
    """As a browser is on its way that was sent there from elsewhere than the page to sign in."""
    way = Way.__new__(Way)
    way.browser, way.at, way.url = browser, AT, url
    way.relay_state, way.request = query_of(url)["RelayState"], message_of(url)
    return way


def trial_of(provider: Any, alice: Any, browser: Browser) -> tuple[Any, Way]:
    """A test under way in alice's browser, as the wizard begins it."""
    trial, mark = begin_trial(provider, actor=alice), "m" * 43
    browser.as_person(alice)
    browser.cookies["federation"] = mark
    left = services.begin(provider, browser=mark, purpose=Request.Purpose.TEST, trial=trial)
    return trial, way_by(browser, left.url)


def test_a_test_shows_each_check_and_lets_nobody_in(
    provider: Any, idp: Idp, browser: Browser, alice: Any
) -> None:
    trial, way = trial_of(provider, alice, browser)
    sessions = Session.objects.count()
    answer = way.back(idp.response(**way.about(**BOB)))
    assert answer["Location"] == f"/accounts/enterprise/trials/{trial.pk}/"
    trial.refresh_from_db()
    assert has_passed(trial), trial.checks
    assert trial.asserted["email"] == "bob@acme.example"
    evidence = " ".join(check["evidence"] for check in trial.checks)
    assert read_certificate(key_pair()[1]).fingerprint in evidence
    assert "mail: bob@acme.example" in evidence
    assert Session.objects.count() == sessions
    # What is wrong is red, with what came.
    trial, way = trial_of(provider, alice, browser)
    raw = idp.response(**way.about(**BOB)).replace(b"bob@", b"rob@")
    assert way.post(raw).status_code == 303
    trial.refresh_from_db()
    red = [check for check in trial.checks if check["passed"] is False]
    assert [check["name"] for check in red] == ["A key of the provider has signed it"]
    assert "rob@acme.example" in red[0]["evidence"]
    assert browser.get(f"/accounts/enterprise/trials/{trial.pk}/").status_code == 200


def test_somebody_proves_again_that_it_is_them(
    provider: Any, idp: Idp, sign_in: Any, browser: Browser
) -> None:
    sign_in(browser)
    Session.objects.update(proved_at=timezone.now() - timedelta(hours=1))

    def leave() -> Way:
        asking = browser.get("/accounts/reauthenticate/?next=/accounts/sessions/").content.decode()
        assert f'action="{AT}login/"' in asking
        page = browser.post(f"{AT}login/", {"next": "/accounts/sessions/", "provider": "entra"})
        return way_by(browser, page.context["url"])

    def age() -> timedelta:
        proved_at = Session.objects.get(user__email="bob@acme.example").proved_at
        return timezone.now() - proved_at

    way = leave()
    assert way.request.get("ForceAuthn") == "true"
    # Not whoever had signed in there a while ago, and not somebody else.
    early = idp.response(at=timezone.now() - timedelta(minutes=3), **way.about(**BOB))
    assert way.back(early).status_code == 403
    assert way.back(idp.response(name_id="someone", **way.about(**BOB))).status_code == 403
    assert age() > timedelta(minutes=50)
    way = leave()
    assert way.back(idp.response(**way.about(**BOB)))["Location"] == "/accounts/sessions/"
    assert age() < timedelta(minutes=1)
    assert is_in(browser)


def test_a_session_ends_when_the_provider_says(provider: Any, idp: Idp, browser: Browser) -> None:
    way = Way(browser)
    until = timezone.now() + timedelta(minutes=20)

    def set_end(root: Any) -> None:
        statement = root.find("saml:Assertion/saml:AuthnStatement", NS)
        statement.set("SessionNotOnOrAfter", f"{until:%Y-%m-%dT%H:%M:%SZ}")

    plain = idp.response(mode=(), **way.about(**BOB))
    assert way.back(idp.forge(plain, set_end)).status_code == 302
    assert is_in(browser)
    with time_machine.travel(until + timedelta(seconds=1), tick=False):
        assert not is_in(browser)


def test_what_is_demanded_there_is_asked_for(provider: Any, browser: Browser) -> None:
    rows = SamlProvider.objects.of(provider.organization)
    rows.update(
        context_classes=["https://refeds.org/profile/mfa"], comparison="minimum", always_asks=True
    )
    request = Way(browser).request
    assert request.get("ForceAuthn") == "true"
    asked = request.find("samlp:RequestedAuthnContext", NS)
    assert asked.get("Comparison") == "minimum"
    assert [one.text for one in asked] == ["https://refeds.org/profile/mfa"]
