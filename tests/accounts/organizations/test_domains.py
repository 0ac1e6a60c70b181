"""Domains: claimed in one spelling, proved by the DNS, looked up again with patience."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dns.resolver
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.organizations import dns as seam
from accounts.organizations.domains import LONGEST, BadDomain, normalize_domain
from accounts.organizations.models import Domain, Organization
from accounts.organizations.selectors import organization_of_address
from accounts.organizations.services import (
    claim_domain,
    prove_domain,
    remove_domain,
    set_organization_active,
)
from accounts.organizations.tasks import recheck_domains
from mago.core.errors import Refused
from tests.races import THREADS, at_once, real_database

__all__ = ["real_database"]

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
ZONE: dict[str, list[str]] = {}
DOWN: set[str] = set()


def fake_resolver(name: str) -> list[str]:
    if name in DOWN:
        raise seam.Unreachable("Timeout")
    return ZONE.get(name, [])


@pytest.fixture(autouse=True)
def _zone(settings: Any) -> Iterator[None]:
    """A DNS that knows what ZONE says, and does not answer for what is in DOWN."""
    settings.DOMAIN_RESOLVER = f"{__name__}.fake_resolver"
    yield
    ZONE.clear()
    DOWN.clear()


@pytest.fixture
def domain(acme: Organization, alice: User) -> Domain:
    return claim_domain(organization=acme, name="Example.com.", actor=alice)


@pytest.fixture
def proved(domain: Domain, alice: User) -> Iterator[Domain]:
    with time_machine.travel(NOW, tick=False):
        publish(domain)
        prove_domain(domain=domain, actor=alice)
        yield domain


def publish(domain: Domain) -> None:
    name, text = domain.record
    ZONE.setdefault(name, ["v=spf1 -all"]).append(text)


def code(work: Callable[..., Any], **kwargs: Any) -> str:
    with pytest.raises(Refused) as refused:
        work(**kwargs)
    return refused.value.code


# --- names ---


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("example.com", "example.com"),
        (" EXAMPLE.com. ", "example.com"),
        ("a.b-c.example", "a.b-c.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("1.example", "1.example"),
        ("a" * 63 + ".example", "a" * 63 + ".example"),
    ],
)
def test_a_name_has_one_spelling(name: str, expected: str) -> None:
    assert normalize_domain(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "..",
        "com",
        "localhost",
        ".com",
        "example..com",
        "example.com..",
        "192.0.2.1",
        "[192.0.2.1]",
        "2001:db8::1",
        "example.123",
        "*.example.com",
        "_dmarc.example.com",
        "-a.example.com",
        "a-.example.com",
        "alice@example.com",
        "https://example.com",
        "example.com/x",
        "example.com:25",
        "exa mple.com",
        "example.com\x00",
        "example\n.com",
        "exa\u200dmple.com",
        "straße.example",
        "\ud800.example",
        "a" * 64 + ".example",
        ".".join(["a" * 49] * 5),
        "x" * 100_000 + ".example",
    ],
    ids=lambda name: repr(name)[:30],
)
def test_what_is_no_mail_domain(name: str) -> None:
    with pytest.raises(BadDomain):
        normalize_domain(name)


@given(st.text(max_size=20) | st.lists(st.text("aü-1.", max_size=70), max_size=6).map(".".join))
def test_whatever_is_typed_is_a_name_in_its_only_spelling_or_none(text: str) -> None:
    try:
        name = normalize_domain(text)
    except BadDomain:
        return
    assert normalize_domain(name) == name
    assert name.isascii()
    assert name == name.lower()
    assert len(name) <= LONGEST


def test_nonsense_is_refused_beside_its_field(acme: Organization, alice: User) -> None:
    with pytest.raises(Refused) as refused:
        claim_domain(organization=acme, name="localhost", actor=alice)
    assert refused.value.code == "bad_domain"
    assert list(refused.value.fields) == ["name"]


def test_a_domain_is_claimed_once_however_it_is_spelled(
    domain: Domain, acme: Organization, alice: User
) -> None:
    assert domain.name == "example.com"
    assert code(claim_domain, organization=acme, name="EXAMPLE.com", actor=alice) == "name_taken"


def test_only_who_edits_domains_does(domain: Domain, acme: Organization, bob: User) -> None:
    for work, kwargs in (
        (claim_domain, {"organization": acme, "name": "b.example"}),
        (prove_domain, {"domain": domain}),
        (remove_domain, {"domain": domain}),
    ):
        assert code(work, **kwargs, actor=bob) == "permission_denied"


# --- proof ---


def test_a_claim_alone_routes_nobody(domain: Domain, alice: User) -> None:
    assert organization_of_address("eve@example.com") is None
    assert code(prove_domain, domain=domain, actor=alice) == "not_shown"
    ZONE[domain.record[0]] = ["mago-domain=", f"x{domain.record[1]}"]
    assert code(prove_domain, domain=domain, actor=alice) == "not_shown"


def test_a_proved_domain_routes_its_people(proved: Domain, acme: Organization) -> None:
    assert proved.proved_at == NOW
    for address in ("eve@example.com", "EVE@EXAMPLE.COM", "eve@example.com."):
        assert organization_of_address(address) == acme
    for address in (
        "eve@mail.example.com",
        "eve@example.org",
        "eve",
        "",
        "@",
        "eve@",
        "eve@localhost",
    ):
        assert organization_of_address(address) is None


def test_an_address_in_its_own_letters_is_routed(acme: Organization, alice: User) -> None:
    domain = claim_domain(organization=acme, name="bücher.example", actor=alice)
    publish(domain)
    prove_domain(domain=domain, actor=alice)
    for address in ("eve@bücher.example", "eve@xn--bcher-kva.example"):
        assert organization_of_address(address) == acme


def test_a_disabled_organization_routes_nobody(
    proved: Domain, acme: Organization, dora: User
) -> None:
    set_organization_active(organization=acme, active=False, actor=dora)
    assert organization_of_address("eve@example.com") is None


def test_proving_twice_is_told_once(
    proved: Domain, alice: User, events: Callable[..., Any]
) -> None:
    prove_domain(domain=proved, actor=alice)
    assert len(events("organizations:domain:proved")) == 1


def test_who_has_proved_it_first_has_it(proved: Domain, other: Organization, charlie: User) -> None:
    second = claim_domain(organization=other, name="example.com", actor=charlie)
    publish(second)
    assert code(prove_domain, domain=second, actor=charlie) == "domain_taken"
    second.refresh_from_db()
    assert second.proved_at is None


def test_another_may_prove_it_once_it_was_removed(
    proved: Domain, acme: Organization, other: Organization, alice: User, charlie: User
) -> None:
    remove_domain(domain=proved, actor=alice)
    assert organization_of_address("eve@example.com") is None
    second = claim_domain(organization=other, name="example.com", actor=charlie)
    publish(second)
    prove_domain(domain=second, actor=charlie)
    assert organization_of_address("eve@example.com") == other


def test_what_was_removed_meanwhile_is_not_found(domain: Domain, alice: User) -> None:
    publish(domain)
    Domain.objects.of(domain.organization_id).delete()
    assert code(prove_domain, domain=domain, actor=alice) == "not_found"


def test_a_dns_that_does_not_answer_proves_nothing(domain: Domain, alice: User) -> None:
    publish(domain)
    DOWN.add(domain.record[0])
    assert code(prove_domain, domain=domain, actor=alice) == "dns_unreachable"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_database")
@pytest.mark.slow
def test_one_of_many_proves_a_domain(
    domain: Domain, other: Organization, alice: User, charlie: User
) -> None:
    second = claim_domain(organization=other, name="example.com", actor=charlie)
    publish(domain)
    publish(second)

    def prove(number: int) -> str:
        whose, actor = (domain, alice) if number % 2 else (second, charlie)
        try:
            prove_domain(domain=Domain.objects.of(whose.organization_id).get(), actor=actor)
        except Refused as refused:
            return refused.code
        return "done"

    answers = at_once(prove)
    assert answers.count("done") == answers.count("domain_taken") == THREADS / 2
    rows = Domain.objects.everywhere(reason="test").filter(proved_at__isnull=False)
    assert rows.count() == 1


# --- looked up again ---


def days_later(days: float, domain: Domain) -> Domain:
    """The domain after the daily round of that day."""
    with time_machine.travel(NOW + timedelta(days=days), tick=False):
        recheck_domains()
    found: Domain = Domain.objects.of(domain.organization_id).get(pk=domain.pk)
    return found


def test_a_domain_that_fails_for_a_week_is_lost_and_not_before(
    proved: Domain, events: Callable[..., Any]
) -> None:
    ZONE.clear()
    for day in range(1, 8):
        assert days_later(day, proved).proved_at, day
    assert organization_of_address("eve@example.com")
    assert days_later(8, proved).proved_at is None
    assert organization_of_address("eve@example.com") is None
    (event,) = events("organizations:domain:lost")
    assert event.organization_id == proved.organization_id
    assert days_later(9, proved).proved_at is None


def test_a_slip_that_is_mended_costs_nothing(proved: Domain) -> None:
    kept = dict(ZONE)
    ZONE.clear()
    assert days_later(1, proved).failing_since == NOW + timedelta(days=1)
    ZONE.update(kept)
    assert days_later(2, proved).failing_since is None
    ZONE.clear()
    assert days_later(8.9, proved).proved_at


def test_no_answer_says_nothing(proved: Domain) -> None:
    DOWN.add(proved.record[0])
    for day in range(1, 30):
        row = days_later(day, proved)
        assert (row.proved_at, row.failing_since) == (NOW, None)


def test_each_is_looked_up_once_a_day(proved: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(seam, "texts_of", lambda name: asked.append(name) or [])
    days_later(0.9, proved)
    assert asked == []
    days_later(1, proved)
    days_later(1.5, proved)
    assert len(asked) == 1


def test_those_that_do_not_answer_hold_up_no_other(
    proved: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.organizations.tasks.BATCH", 1)
    silent = Domain.objects.create(
        organization=proved.organization, name="silent.example", proved_at=NOW, checked_at=NOW
    )
    DOWN.add(silent.record[0])
    ZONE.clear()
    for hour in range(3):
        days_later(1 + hour / 24, proved)
    assert days_later(1.5, proved).failing_since


# --- the resolver itself ---


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (dns.resolver.NXDOMAIN(), []),
        (dns.resolver.NoAnswer, []),
        (dns.resolver.NoNameservers(), None),
        (dns.resolver.LifetimeTimeout(timeout=5, errors=[]), None),
    ],
)
def test_the_system_resolver_tells_no_from_no_answer(
    error: Any, expected: list[str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(*args: Any, **kwargs: Any) -> None:
        raise error

    monkeypatch.setattr(dns.resolver.Resolver, "__init__", lambda self: None)
    monkeypatch.setattr(dns.resolver.Resolver, "resolve", resolve)
    if expected is None:
        with pytest.raises(seam.Unreachable):
            seam.system_resolver("example.com")
    else:
        assert seam.system_resolver("example.com") == expected


def test_a_machine_without_resolver_has_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_configuration(self: Any) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.Resolver, "__init__", no_configuration)
    with pytest.raises(seam.Unreachable):
        seam.system_resolver("example.com")
