"""What cannot be right is refused beside its field; the service account's password goes nowhere else."""

from typing import Any

import pytest
from django.db import connection

from accounts.federation.directory.models import Directory
from accounts.federation.directory.services import configure
from accounts.federation.enterprise.models import EnterpriseIdentity
from mago.core.errors import Forbidden, Refused
from tests.peers.certificates import certificate_authority, pem

from .conftest import SERVERS
from .fake import SECRET

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("servers", []),
        ("servers", SERVERS * 3),
        ("servers", [SERVERS[0] | {"security": "plain"}]),
        ("servers", [SERVERS[0] | {"security": ""}]),
        ("servers", [SERVERS[0] | {"host": "a b"}]),
        ("servers", [SERVERS[0] | {"host": "http://x/"}]),
        ("servers", [SERVERS[0] | {"port": 0}]),
        ("ca", "no certificate"),
        ("ca", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"),
        ("bind_name", " "),
        ("base", ""),
        ("people_filter", "(x"),
        ("login_filter", "(uid=x)"),
        ("group_filter", "x"),
        ("subject_attribute", "a b"),
        ("attempts", 0),
        ("brake", 101),
        ("every", 1),
    ],
)
def test_what_cannot_be_right_is_refused_beside_its_field(
    provider: Any, alice: Any, field: str, value: Any
) -> None:
    before = Directory.objects.values().get()
    with pytest.raises(Refused) as refused:
        configure(provider=provider, actor=alice, bind_password=SECRET, **{field: value})
    assert list(refused.value.fields) == [field]
    assert Directory.objects.values().get() == before


def test_whoever_sends_it_elsewhere_gives_the_password_again(provider: Any, alice: Any) -> None:
    ca = pem(certificate_authority("Mine")[0])
    elsewhere = [{"host": "evil.example", "port": 636, "security": "ldaps"}]
    for change in ({"servers": elsewhere}, {"ca": ca}, {"bind_name": "cn=other"}):
        with pytest.raises(Refused) as refused:
            configure(provider=provider, actor=alice, **change)
        assert list(refused.value.fields) == ["bind_password"]
    configure(provider=provider, actor=alice, base="ou=people,dc=mago,dc=test")
    configure(provider=provider, actor=alice, bind_password="another", servers=elsewhere)
    assert Directory.objects.get().bind_password == "another"


def test_the_password_is_sealed_and_in_no_event(provider: Any, events: Any, alice: Any) -> None:
    configure(provider=provider, actor=alice, bind_password="a second secret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT bind_password FROM directory_directory")
        assert "second" not in cursor.fetchone()[0]
    assert not any(s in str(vars(e)) for e in events() for s in (SECRET, "a second secret"))
    assert events("enterprise:provider:edited")[-1].detail["after"] == {"bind_password": "[masked]"}


def test_people_stay_who_they_are(provider: Any, alice: Any, bob: Any) -> None:
    configure(provider=provider, actor=alice, subject_attribute="uid")
    EnterpriseIdentity.objects.create(provider=provider, issuer="ldap:uid", subject="1", user=bob)
    with pytest.raises(Refused):
        configure(provider=provider, actor=alice, subject_attribute="entryUUID")


def test_a_stranger_changes_nothing(provider: Any, charlie: Any) -> None:
    with pytest.raises(Forbidden):
        configure(provider=provider, actor=charlie, brake=100)
