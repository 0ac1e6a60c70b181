"""Nothing that proves nothing opens a session, or breaks anything; the trail says what it was."""

from collections import Counter
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from accounts.federation.enterprise.models import EnterpriseIdentity, IdentityProvider
from accounts.federation.enterprise.services import set_state
from accounts.federation.saml.models import Request, SamlProvider, SpentMessage
from accounts.models import User
from accounts.sessions.models import Session
from mago.audit.models import AuditEvent
from mago.audit.tags import Tag
from tests.accounts.conftest import real_database
from tests.conftest import Browser
from tests.races import _answer, at_once

from .attacks import FORGED, all_attacks
from .conftest import AT, BOB, Way, is_in, provider_in, set_up
from .idp import ISSUER, MODES, Idp, encode, key_pair

__all__ = ["real_database"]

# As browsers, proxies and pages have been led astray; none of them is what we sent.
RELAY_STATES = (
    "https://evil.example.com/",
    "//evil.example.com/",
    "/\\evil.example.com/",
    "javascript:alert(1)",
    "/accounts/\r\nSet-Cookie: a=b",
    "",
)


def reasons() -> list[str]:
    told = AuditEvent.objects.filter(tag=Tag.ENTERPRISE_SIGN_IN_REFUSED).order_by("time")
    return [event.detail["reason"] for event in told]


@pytest.mark.turns
@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_no_attack_opens_a_session_or_breaks_anything(
    provider: Any, idp: Idp, browser: Browser, mode: Any, without_templates: None
) -> None:
    way = Way(browser)
    attacks = all_attacks(idp, mode, key_pair("sp")[1], **way.about(**BOB))
    answers = {name: way.back(raw).status_code for name, raw in attacks.items()}
    assert [name for name, status in answers.items() if status != 403] == []
    assert not Session.objects.exclude(user=None).exists()
    assert not EnterpriseIdentity.objects.exists()
    told = dict(zip(attacks, reasons(), strict=True))
    assert {name: told[name] for name in FORGED} == {
        name: f"saml_{reason.value}" for name, (reason, _how) in FORGED.items()
    }
    # Nor has any of it kept bob from coming in.
    assert way.back(idp.response(mode=mode, **way.about(**BOB))).status_code == 302
    assert is_in(browser)


def test_a_response_of_somebody_else_opens_nothing(
    provider: Any, idp: Idp, browser: Browser, tmp_path: Any, without_templates: None
) -> None:
    way = Way(browser)
    stranger = Idp(idp.sp_metadata, tmp_path, keys=key_pair("stranger"))
    assert way.back(stranger.response(**way.about(**BOB))).status_code == 403
    stranger.server.config.entityid = "https://stranger.example.com/"
    other = Idp(idp.sp_metadata, tmp_path, issuer="https://stranger.example.com/")
    assert way.back(other.response(**way.about(**BOB))).status_code == 403
    assert way.back(b"", SAMLResponse="%%%").status_code == 403
    assert way.back(b"", SAMLResponse="A" * 600_000).status_code == 403
    assert reasons() == ["saml_signature", "saml_issuer", "saml_encoding", "saml_too_large"]
    assert not is_in(browser)


@pytest.mark.turns
@pytest.mark.parametrize("relay_state", RELAY_STATES)
def test_people_are_sent_on_to_where_they_wanted_and_nowhere_else(
    provider: Any, idp: Idp, browser: Browser, without_templates: None, relay_state: str
) -> None:
    way = Way(browser, next="https://evil.example.com/")
    raw = idp.response(**way.about(**BOB))
    assert way.back(raw, RelayState=relay_state).status_code == 403
    assert reasons() == ["saml_relay_state"]
    assert not is_in(browser)
    assert way.back(raw)["Location"] == "/accounts/"


def test_a_response_is_used_once_here_and_nowhere_else(
    provider: Any, idp: Idp, browser: Browser, without_templates: None
) -> None:
    way, thief = Way(browser), Browser()
    Way(thief)
    raw = idp.response(**way.about(**BOB))
    assert way.post(raw, thief).status_code == 403
    posted = way.post(raw)
    assert posted.status_code == 303
    # Who sees the address, but is another browser, gets nothing by it.
    assert thief.get(posted["Location"]).status_code == 403
    assert browser.get(posted["Location"]).status_code == 302
    assert is_in(browser)
    assert not is_in(thief)
    browser.logout()
    browser.cookies["federation"] = Way(browser).browser.cookies["federation"].value
    assert browser.get(posted["Location"]).status_code == 403
    assert way.back(raw).status_code == 403
    assert not is_in(browser)
    assert SpentMessage.objects.count() == 1


def test_nobody_is_signed_in_as_somebody_who_sent_them_a_form(
    provider: Any, idp: Idp, browser: Browser, without_templates: None
) -> None:
    """Login CSRF: mallory has bob's browser send the response that is hers."""
    hers = Way(Browser())
    raw = idp.response(**hers.about(**BOB))
    Way(browser)
    assert hers.back(raw, browser).status_code == 403
    assert not is_in(browser)
    nobody = Browser()
    assert hers.back(raw, nobody).status_code == 403
    assert not is_in(nobody)


def test_of_a_response_that_comes_many_times_at_once_one_opens_a_session(
    real_database: None, provider: Any, idp: Idp, browser: Browser
) -> None:
    way = Way(browser)
    raw, cookies = (
        idp.response(**way.about(**BOB)),
        f"federation={browser.cookies['federation'].value}",
    )
    fields = {"SAMLResponse": encode(raw), "RelayState": way.relay_state}

    def send(_number: int) -> HttpResponse:
        return _answer(RequestFactory(HTTP_COOKIE=cookies).post(f"{AT}acs/", fields))

    def take(_number: int) -> HttpResponse:
        return _answer(
            RequestFactory(HTTP_COOKIE=cookies).get(f"{AT}acs/", {"handle": way.relay_state})
        )

    posted = Counter(answer.status_code for answer in at_once(send, 4))
    assert posted == {303: 1, 403: 3}
    assert Counter(answer.status_code for answer in at_once(take, 4)) == {302: 1, 403: 3}
    assert Session.objects.filter(user__email="bob@acme.example").count() == 1


def test_an_answer_comes_in_time_and_the_provider_is_what_it_was(
    provider: Any, idp: Idp, browser: Browser, alice: Any, without_templates: None
) -> None:
    way = Way(browser)
    Request.objects.update(expires_at=timezone.now())
    assert way.back(idp.response(**way.about(**BOB))).status_code == 403
    way = Way(browser)
    IdentityProvider.objects.of(provider.organization).update(version=7)
    assert way.back(idp.response(**way.about(**BOB))).status_code == 403
    way = Way(browser)
    set_state(provider=provider, state="disabled", actor=alice)
    assert way.back(idp.response(**way.about(**BOB))).status_code == 403
    assert reasons() == ["saml_request", "saml_request", "provider_closed"]
    assert not is_in(browser)


def test_people_begin_at_the_provider_only_where_they_may(
    provider: Any, idp: Idp, browser: Browser, without_templates: None
) -> None:
    raw = idp.response(
        to=None,
        acs=f"http://127.0.0.1:8000{AT}acs/",
        sp=f"http://127.0.0.1:8000{AT}metadata/",
        **BOB,
    )
    fields = {"SAMLResponse": encode(raw)}
    assert browser.post(f"{AT}acs/", fields).status_code == 403
    IdentityProvider.objects.of(provider.organization).update(allow_idp_initiated=True)
    for relay_state in RELAY_STATES[:5]:
        assert browser.post(f"{AT}acs/", fields | {"RelayState": relay_state}).status_code == 403
    posted = browser.post(f"{AT}acs/", fields | {"RelayState": "/accounts/sessions/"})
    thief = Browser()
    again = thief.post(f"{AT}acs/", fields)
    assert (posted.status_code, again.status_code) == (303, 303)
    assert browser.get(posted["Location"])["Location"] == "/accounts/sessions/"
    assert thief.get(again["Location"]).status_code == 403
    assert is_in(browser)
    assert not is_in(thief)
    assert reasons()[0] == "saml_unsolicited"
    assert reasons()[-1] == "saml_replayed"


def test_two_organizations_with_one_name_keep_their_people_apart(
    provider: Any, idp: Idp, browser: Browser, charlie: Any, without_templates: None
) -> None:
    """The same NameID and address, of the same issuer: what opens Acme's account opens nothing of Other's."""
    from .conftest import organization_with

    other = organization_with("Other", charlie, "other.example")
    theirs = provider_in(other, charlie)
    set_up(other, theirs)
    way = Way(browser)
    assert way.back(idp.response(**way.about(**BOB))).status_code == 302
    stranger = Browser()
    there = Way(stranger, "/accounts/saml/other/")
    at = "http://127.0.0.1:8000/accounts/saml/other/"
    about = {"to": there.request.get("ID"), "acs": f"{at}acs/", "sp": f"{at}metadata/"}
    plain = (
        idp.response(mode=(), **way.about(**BOB)).decode().replace("/saml/acme/", "/saml/other/")
    )
    raw = idp.forge(plain.replace(way.request.get("ID"), about["to"]).encode())
    assert there.back(raw).status_code == 403
    assert not is_in(stranger)
    assert reasons() == ["foreign_domain"]
    # Nor does a response to the one count at the other.
    assert there.post(idp.response(**way.about(**BOB))).status_code == 403
    assert User.objects.filter(email="bob@acme.example").count() == 1
    assert SamlProvider.objects.of(other).get().entity_id == ISSUER
    assert Request.objects.filter(provider=theirs, used_at=None).exists()
