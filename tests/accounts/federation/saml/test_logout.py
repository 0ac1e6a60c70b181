"""Single logout: the provider ends what hangs on its word here, and learns of a sign-out here."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.test import RequestFactory
from django.utils import timezone
from lxml import etree

from accounts.federation.enterprise.models import ProviderSession
from accounts.federation.saml.assertion import NameId
from accounts.federation.saml.kind import Saml
from accounts.federation.saml.models import LogoutAttempt, SamlProvider
from accounts.federation.saml.protocol import gate, messages, redirects, signatures
from accounts.federation.saml.protocol.keys import read_certificate
from accounts.federation.saml.protocol.messages import Signer
from accounts.federation.saml.protocol.names import POST, REDIRECT
from tests.conftest import Browser

from .conftest import AT, BOB, LOGOUT, Way, is_in, message_of, query_of
from .idp import ISSUER, SLO, Idp, key_pair

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


def asking(
    *,
    name: str = "bob-1",
    index: str = "",
    issuer: str = ISSUER,
    keys: str = "idp",
    to: str = LOGOUT,
    request_id: str = "_theirs-1",
) -> tuple[bytes, Signer]:
    """A logout's request of the provider, and who signs it."""
    key, certificate = key_pair(keys)
    signer = Signer(issuer, key, certificate)
    message = messages.logout_request(
        signer,
        request_id=request_id,
        now=timezone.now(),
        destination=to,
        name_id=NameId(name, PERSISTENT),
        session_index=index,
    )
    return message, signer


def by_query(message: bytes, signer: Signer, name: str = "SAMLRequest") -> str:
    return redirects.write_url(
        f"{AT}logout/",
        name,
        message,
        relay_state="theirs",
        private_key=signer.private_key,
        certificate=signer.certificate,
    )


def index_of(browser: Browser) -> str:
    return ProviderSession.objects.order_by("-created_at").first().session_index  # type: ignore[union-attr]


def test_the_provider_signs_somebody_out_in_whatever_browser_it_says_so(
    sign_in: Callable[..., Any], browser: Browser
) -> None:
    """By a redirect and by a form; the browser that holds the cookie has nothing to do with it."""
    first, second, elsewhere = browser, Browser(), Browser()
    sign_in(first)
    one = index_of(first)
    sign_in(second)
    answer = elsewhere.get(by_query(*asking(index=one)))
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{SLO}?SAMLResponse=")
    assert query_of(answer["Location"])["RelayState"] == "theirs"
    told = message_of(answer["Location"], "SAMLResponse")
    assert (told.get("InResponseTo"), told.get("Destination")) == ("_theirs-1", SLO)
    assert not is_in(first)
    assert is_in(second)
    # Without an index the person is out everywhere.
    message, signer = asking(request_id="_theirs-2")
    form = {"SAMLRequest": messages.for_form(message, signer)}
    assert elsewhere.post(f"{AT}logout/", form).status_code == 302
    assert not is_in(second)


def test_nobody_else_signs_anybody_out(
    sign_in: Callable[..., Any], browser: Browser, without_templates: None
) -> None:
    sign_in(browser)
    message, signer = asking()
    query = urlsplit(by_query(message, signer)).query
    pairs = parse_qsl(query)
    other, stranger = asking(keys="stranger")
    unsigned = [pair for pair in pairs if pair[0] not in ("Signature", "SigAlg")]
    weak = [
        (name, "http://www.w3.org/2000/09/xmldsig#rsa-sha1" if name == "SigAlg" else value)
        for name, value in pairs
    ]
    moved = [(name, "elsewhere" if name == "RelayState" else value) for name, value in pairs]
    urls = [
        by_query(other, stranger),
        by_query(*asking(issuer="https://stranger.example.com/")),
        by_query(*asking(to=SLO)),
        by_query(b"<a/>", signer),
        *(f"{AT}logout/?{urlencode(one)}" for one in (unsigned, weak, moved)),
        f"{AT}logout/?{query}&SAMLRequest=again",
        f"{AT}logout/?SAMLRequest=%25",
        f"{AT}logout/?SAMLResponse=x",
    ]
    assert [browser.get(url).status_code for url in urls] == [403] * len(urls)
    forms = [message.hex(), messages.for_form(other, stranger), "", "%"]
    for form in forms:
        posted = browser.post(f"{AT}logout/", {"SAMLRequest": form})
        assert posted.status_code == 403
    assert is_in(browser)


def test_a_request_to_sign_out_counts_once(
    sign_in: Callable[..., Any], browser: Browser, without_templates: None
) -> None:
    sign_in(browser)
    url = by_query(*asking())
    assert browser.get(url).status_code == 302
    assert not is_in(browser)
    sign_in(browser)
    assert browser.get(url).status_code == 403
    assert is_in(browser)


def test_the_provider_learns_of_a_sign_out_here(
    sign_in: Callable[..., Any], idp: Idp, browser: Browser, rf: RequestFactory
) -> None:
    sign_in(browser)
    session = ProviderSession.objects.select_related("provider__organization").get()
    left = Saml().begin_sign_out(rf.get("/"), session)
    assert left is not None
    asked = message_of(left["Location"])
    assert asked.get("Destination") == SLO
    # pysaml2 reads what we send, and its signature.
    query = query_of(left["Location"])
    read = idp.server.parse_logout_request(
        query["SAMLRequest"], REDIRECT, sigalg=query["SigAlg"], signature=query["Signature"]
    )
    assert read.message.name_id.text == "bob-1"
    assert read.message.session_index[0].text == session.session_index
    key, certificate = key_pair()
    signer = Signer(ISSUER, key, certificate)
    answer = messages.logout_response(
        signer,
        response_id="_theirs-3",
        now=timezone.now(),
        destination=LOGOUT,
        in_response_to=asked.get("ID"),
    )
    url = by_query(answer, signer, "SAMLResponse")
    assert browser.get(url)["Location"] == "/"
    assert LogoutAttempt.objects.get().used_at
    assert browser.get(url).status_code == 403


def test_a_provider_without_logout_is_not_asked(
    sign_in: Callable[..., Any], browser: Browser, rf: RequestFactory, provider: Any
) -> None:
    sign_in(browser)
    SamlProvider.objects.of(provider.organization).update(logout_url="")
    session = ProviderSession.objects.select_related("provider__organization").get()
    assert Saml().begin_sign_out(rf.get("/"), session) is None
    assert browser.get(by_query(*asking())).status_code == 403
    assert is_in(browser)


def test_a_provider_that_takes_forms_gets_them(provider: Any, browser: Browser) -> None:
    SamlProvider.objects.of(provider.organization).update(sign_on_binding=POST)
    page = browser.get(f"{AT}login/")
    assert 'action="https://idp.example.com/sso"' in page.content.decode()
    sent = page.context["departure"].fields
    asked = etree.fromstring(gate.decode(sent["SAMLRequest"]))
    signatures.verify(asked, [read_certificate(key_pair("sp")[1])])
    assert asked.get("AssertionConsumerServiceURL") == LOGOUT.replace("logout", "acs")
    assert "form-action 'self' https:" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("by_attribute", [True, False])
def test_who_is_known_by_an_attribute_is_signed_out_by_their_name(
    provider: Any, idp: Idp, browser: Browser, by_attribute: bool
) -> None:
    if by_attribute:
        SamlProvider.objects.of(provider.organization).update(subject_attribute="uid")
    way = Way(browser)
    told = {"attributes": BOB["attributes"] | {"uid": ["b-0001"]}}
    assert way.back(idp.response(**way.about(**told))).status_code == 302
    assert ProviderSession.objects.get().subject == ("b-0001" if by_attribute else "bob-1")
    assert Browser().get(by_query(*asking())).status_code == 302
    assert not is_in(browser)
