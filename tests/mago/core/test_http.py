"""What is believed of a request, and where it may be sent on."""

import ipaddress
from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from mago.core.http import client_address, network_of, safe_next


def address(settings: Any, proxies: int, forwarded: str | None, remote: str = "10.0.0.1") -> str:
    settings.TRUSTED_PROXIES = proxies
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote))


def test_without_proxies_the_header_is_what_anybody_may_write(settings: Any) -> None:
    assert address(settings, 0, "1.2.3.4") == "10.0.0.1"


def test_behind_one_proxy_its_entry_counts(settings: Any) -> None:
    assert address(settings, 1, "1.2.3.4") == "1.2.3.4"


def test_what_stands_left_of_it_the_client_wrote(settings: Any) -> None:
    assert address(settings, 1, "6.6.6.6, 7.7.7.7, 1.2.3.4") == "1.2.3.4"


def test_behind_two_proxies_the_outer_ones_entry_counts(settings: Any) -> None:
    assert address(settings, 2, "6.6.6.6, 1.2.3.4, 10.0.0.2") == "1.2.3.4"


def test_with_too_few_entries_only_the_connection_is_believed(settings: Any) -> None:
    assert address(settings, 2, "6.6.6.6") == "10.0.0.1"
    assert address(settings, 1, None) == "10.0.0.1"


@pytest.mark.parametrize(
    "forwarded", ["a", "1.2.3.4.5", "unknown", "1.2.3.4:80", "::1]", "1.2.3.4\x00", "١.٢.٣.٤"]
)
def test_an_entry_that_is_no_address_is_none(settings: Any, forwarded: str) -> None:
    assert address(settings, 1, forwarded) == ""


def test_addresses_have_one_spelling(settings: Any) -> None:
    assert address(settings, 1, "::ffff:1.2.3.4") == "1.2.3.4"
    assert address(settings, 1, "2001:DB8:0:0::1") == "2001:db8::1"
    assert address(settings, 1, "fe80::1%eth0") == "fe80::1"


def test_a_socket_has_no_address(settings: Any) -> None:
    assert address(settings, 0, None, remote="") == ""


def test_a_household_is_one_network() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") == "2001:db8::/64"
    assert network_of("2001:db8:0:1::1") != network_of("2001:db8::1")
    assert network_of("192.0.2.1") != network_of("192.0.2.2")


def test_who_has_no_address_shares_one_limit() -> None:
    assert network_of("") == network_of("x") == "unknown"


@given(st.ip_addresses())
def test_every_address_has_a_network(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert network_of(str(ip)) != "unknown"


@pytest.mark.parametrize(
    "url", ["/", "/accounts/", "/accounts/sessions/?page=2", "/admincenter/", "/accounts/email/#x"]
)
def test_a_path_of_ours_is_kept(url: str) -> None:
    assert safe_next(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None, "", "accounts/", "//evil.example/", "///evil.example", "////evil.example/accounts/", "/\\evil.example", "\\\\evil.example",
        "https://evil.example/accounts/", "https:/accounts/", "http://[", "javascript:alert(1)", "data:text/html,x", "/\t/evil.example",
        "/\n/evil.example", "/accounts/\r\nSet-Cookie: a=b", "/accounts\x00/", "/nowhere/", "/accounts/../../evil", "/api/v1/me",
        "/health/live", "/dev/inbox/", "/accounts/?" + "x" * 2000, "@evil.example/", "/%2fevil.example/", "?next=/", "/\u2028/",
    ],
)  # fmt: skip
def test_anything_else_is_not(url: str | None) -> None:
    assert safe_next(url) is None


PIECES = st.sampled_from(
    ["/", "//", "\\", ":", "@", "?", "#", "[", "]", "%2f", "%5c", "\t", "\n", "..", ".", "accounts", "http", "https:", "evil.example", "\u2044", "；", " ", "home"]
)  # fmt: skip


@given(
    st.one_of(
        st.text(),
        st.lists(PIECES).map("".join),
        st.lists(PIECES).map(lambda p: "/accounts/" + "".join(p)),
    )
)
def test_nothing_leaves_the_site(url: str) -> None:
    """As a browser reads it (WHATWG URL): blanks are cut off, backslashes are slashes, tabs are gone."""
    kept = safe_next(url)
    if kept is not None:
        read = kept.strip().replace("\\", "/").replace("\t", "").replace("\n", "").replace("\r", "")
        assert read.startswith("/")
        assert not read.startswith("//")
