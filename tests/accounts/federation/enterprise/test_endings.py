"""Certificates of providers end, and the owners hear of it in time: one mail a mark and certificate."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import grant_role
from accounts.federation.directory.models import Directory
from accounts.federation.enterprise.endings import endings_of, near
from accounts.federation.enterprise.models import CertificateAlarm
from accounts.federation.enterprise.services import set_state
from accounts.federation.enterprise.tasks import tell_of_ending_certificates
from accounts.federation.saml.models import OwnKey, SamlProvider
from accounts.federation.saml.protocol.keys import make_key, read_certificate
from mago.audit.tags import Tag
from tests.accounts.federation.saml.conftest import set_up
from tests.accounts.federation.saml.idp import key_pair
from tests.peers.certificates import certificate_authority, pem

from .conftest import provider_in

pytestmark = pytest.mark.django_db


def at(days_left: float) -> Any:
    """So many days before the provider's certificate ends."""
    end = read_certificate(key_pair()[1]).expires_at
    return time_machine.travel(end - timedelta(days=days_left), tick=False)


@cache
def later() -> str:
    """A certificate that ends years after the provider's."""
    return make_key("later", datetime(2040, 1, 1, tzinfo=UTC), bits=2048)[1]


@pytest.fixture
def saml(provider: Any, acme: Any) -> Any:
    """Acme's provider, with a key of ours that ends later."""
    set_up(acme, provider)
    OwnKey.objects.of(acme).update(certificate=later())
    return provider


def told(mails: Any, *days: float) -> int:
    """How many mails there are once the clock has struck at each of these days, twice."""
    for left in days:
        with at(left):
            tell_of_ending_certificates()
            tell_of_ending_certificates()
    return len(mails("enterprise/certificate_ends"))


def said(mail: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(mail.context)
    return read


@pytest.mark.usefixtures("other")
def test_owners_are_told_once_a_mark_and_members_and_strangers_never(
    saml: Any, acme: Any, bob: Any, mails: Any, events: Any
) -> None:
    Membership.objects.create(organization=acme, user=bob)
    for left, count in ((61, 0), (59.5, 1), (15, 1), (13.5, 2), (0.5, 2), (-0.5, 3), (-9, 3)):
        assert told(mails, left) == count, left
    assert {mail.recipient for mail in mails("enterprise/certificate_ends")} == {
        "alice@example.com"
    }
    days = [event.detail["days"] for event in events(Tag.ENTERPRISE_CERTIFICATE_ALARMED)]
    assert sorted(days) == [-1, 13, 59]


def test_every_owner_reads_it_in_their_language_and_what_has_ended_is_said_to_have(
    saml: Any, acme: Any, alice: Any, bob: Any, mails: Any
) -> None:
    Membership.objects.create(organization=acme, user=bob)
    grant_role(user=bob, role=RoleName.ORGANIZATION_OWNER, actor=alice, scope=acme.access_scope)
    type(bob).objects.filter(pk=bob.pk).update(language="it")
    told(mails, -1)
    sentences = {mail.recipient: said(mail)["sentence"] for mail in mails("certificate_ends")}
    assert "The provider’s certificate ended on" in sentences[alice.email]
    assert "Il certificato del fornitore è scaduto" in sentences[bob.email]


def test_a_next_certificate_ends_the_warnings_and_begins_anew(
    saml: Any, acme: Any, mails: Any
) -> None:
    assert told(mails, 10) == 1
    SamlProvider.objects.of(acme).update(certificates=[key_pair()[1], later()])
    assert told(mails, 5, -5) == 1
    assert not CertificateAlarm.objects.of(acme).exists()


def test_nobody_is_told_of_what_nobody_comes_in_by(
    saml: Any, alice: Any, acme: Any, settings: Any, mails: Any
) -> None:
    settings.MAGO_DEPLOYMENT = "cloud"
    assert told(mails, 10) == 0
    settings.MAGO_DEPLOYMENT = "onprem"
    set_state(provider=saml, state="disabled", actor=alice)
    assert told(mails, 10) == 0


def test_our_own_certificate_is_told_of_once_however_many_providers_there_are(
    saml: Any, acme: Any, alice: Any, mails: Any
) -> None:
    second = provider_in(acme, alice, slug="second", name="Okta")
    set_up(acme, second, entity_id="urn:second", certificates=[later()])
    SamlProvider.objects.of(acme).update(certificates=[later()])
    OwnKey.objects.of(acme).update(certificate=key_pair("sp")[1])
    assert told(mails, 10) == 1
    [mail] = mails("enterprise/certificate_ends")
    assert said(mail)["provider"] == "Entra, Okta"
    assert "Our own certificate" in said(mail)["sentence"]
    # A next key that nobody uses ends no warning, but the words say what is left to be done.
    OwnKey.objects.create(
        organization=acme, state="next", certificate=later(), expires_at=timezone.now()
    )
    with at(10):
        [ending] = near(endings_of([saml])[saml.pk])
    assert "is prepared" in ending.text


def test_the_first_ca_certificate_of_a_directory_to_end_is_told_of(
    acme: Any, alice: Any, mails: Any
) -> None:
    found = provider_in(acme, alice, kind="ldap")
    # It lives for two days.
    ca = certificate_authority("Mine")[0]
    Directory.objects.create(provider=found, ca=pem(ca), servers=[], bind_password="x")
    tell_of_ending_certificates()
    [mail] = mails("enterprise/certificate_ends")
    assert "The CA certificate of the directory ends on" in said(mail)["sentence"]
    Directory.objects.update(ca="")
    assert endings_of([found]) == {}


def test_as_many_queries_for_many_providers_as_for_one(
    saml: Any, acme: Any, alice: Any, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        more = provider_in(acme, alice, slug=f"more-{number}")
        set_up(acme, more, entity_id=f"urn:{number}")
    providers = list(type(saml).objects.of(acme))
    with django_assert_num_queries(2):
        assert len(endings_of(providers)) == 4
