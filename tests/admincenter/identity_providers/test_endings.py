"""The lists say loudly which certificates end or have ended, to whoever may see the provider."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.federation.saml.protocol.keys import read_certificate
from admincenter.selectors.standing import next_provider_certificate
from tests.accounts.federation.enterprise.conftest import provider_in
from tests.accounts.federation.saml.conftest import set_up
from tests.accounts.federation.saml.idp import key_pair
from tests.conftest import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

AT = "/admincenter/identity-providers/"


def test_the_lists_warn_before_the_end_and_are_red_after_it(
    acme: Any, alice: Any, charlie: Any, other: Any
) -> None:
    provider = provider_in(acme, alice)
    set_up(acme, provider, certificates=[key_pair("idp")[1]])
    end = read_certificate(key_pair("idp")[1]).expires_at
    for days, path, said, style in (
        (61, AT, "", ""),
        (59, AT, "A certificate ends soon", "alert warning"),
        (13, f"{AT}acme/", "A certificate ends soon", "alert danger"),
        (-1, f"{AT}acme/", "A certificate has ended", "alert danger"),
        (-1, f"{AT}acme/{provider.pk}/", "The provider’s certificate ended on", "alert danger"),
    ):
        with time_machine.travel(end - timedelta(days=days), tick=False):
            page = Browser().as_person(alice).get(path).text
            assert bool(said) or "A certificate" not in page
            assert said in page, days
            assert style in page, days
    with time_machine.travel(end, tick=False):
        assert "A certificate" not in Browser().as_person(charlie).get(AT).text


def test_the_next_end_of_many_providers_is_found_at_once(
    acme: Any, alice: Any, django_assert_num_queries: Any
) -> None:
    certificate = key_pair("idp")[1]
    for slug in ("first", "second"):
        provider = provider_in(acme, alice, slug=slug)
        set_up(acme, provider, certificates=[certificate], entity_id=f"https://{slug}.example/")
    end = read_certificate(certificate).expires_at
    with time_machine.travel(end - timedelta(days=3), tick=False):
        # The providers; certificates of theirs, and of ours.
        with django_assert_num_queries(3):
            found = next_provider_certificate(acme)
        assert found is not None
        assert found.days == 3
