"""What somebody types is a value in a filter, whatever it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.federation.directory import filters
from accounts.federation.directory.names import is_below, normal
from mago.core.errors import Refused

from .fake import FakeDirectory, entry, matcher, unescape

NOBODY = FakeDirectory()


@given(st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.text("()*\\&|!=\0 ,a")))
def test_an_escaped_value_is_read_back_as_what_it_was_and_finds_nothing_else(typed: str) -> None:
    assert unescape(filters.escape(typed)) == typed.encode()
    asked = filters.for_login("(&(objectClass=person)(uid={login}))", typed)
    matches = matcher(asked, NOBODY)
    assert matches(entry("x", objectClass="person", uid=typed))
    assert not matches(entry("x", objectClass="person", uid=f"{typed}x"))
    assert not matches(entry("x", objectClass="group", uid=typed))


@pytest.mark.parametrize("typed", ["*", "*)(uid=*", "a)(|(uid=*", "\\2a", "ada)(userPassword=*"])
def test_an_injection_finds_nobody(typed: str) -> None:
    matches = matcher(filters.for_login("(|(mail={login})(uid={name}))", typed), NOBODY)
    assert not matches(entry("x", uid="ada", mail="ada@example.com", userPassword="x"))


def test_a_filter_that_is_none_is_refused_before_anything_is_kept() -> None:
    for right in (
        "(uid=*)",
        "(&(a=b)(!(c=d))(|(e>=1)(f:1.2:=x)))",
        "(&(objectClass=person)(mail=*))",
    ):
        filters.check(right)
    wrong = [
        "",
        "uid=x",
        "(uid=x",
        "(&)",
        "(!(a=b)(c=d))",
        "(uid=x))",
        "(uid=x)(a=b)",
        "(x)",
        "(=x)",
    ]
    for text in (*wrong, "(" * 10_000, "(uid={login})"):
        with pytest.raises(Refused):
            filters.check(text)
    filters.check("(|(mail={login})(uid={name}))", is_template=True)
    for text in ("(uid=x)", "(uid={login}", "(uid={login}{other})"):
        with pytest.raises(Refused):
            filters.check(text, is_template=True)


def test_two_spellings_of_a_name_are_one_and_two_names_are_two() -> None:
    assert normal("CN=Ann  Smith, OU=People,DC=x") == normal("cn=ann smith,ou=people,dc=X")
    assert normal(r"cn=a\,b,ou=x") == normal(r"CN=a\2Cb,ou=x")
    assert normal(r"cn=a\,ou=x,dc=y") != normal("cn=a,ou=x,dc=y")
    assert is_below("uid=ada, ou=People,dc=x", "ou=people,dc=x")
    assert not is_below(r"cn=x\,ou=people,dc=x", "ou=people,dc=x")
    assert not is_below("ou=morepeople,dc=x", "ou=people,dc=x")
