"""Each product says in its own way that somebody is shut out."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from accounts.federation.directory.people import asserted_of, subject_of
from accounts.federation.directory.standing import Standing, standing_of

from .fake import entry

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def ticks(moment: datetime) -> str:
    return str(int((moment - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10**7)


def test_whoever_a_directory_shuts_out_is_seen_whatever_product_it_is() -> None:
    yesterday, tomorrow = NOW - timedelta(days=1), NOW + timedelta(days=1)
    expected = {
        Standing.DISABLED: [
            {"userAccountControl": "514"},
            {"pwdAccountLockedTime": "000001010000Z"},
            {"nsAccountLock": "TRUE"},
            {"loginDisabled": "TRUE"},
        ],
        Standing.EXPIRED: [{"accountExpires": ticks(yesterday)}, {"shadowExpire": "19000"}],
        Standing.LOCKED: [
            {"pwdAccountLockedTime": "20260531235500Z"},
            {"lockoutTime": ticks(yesterday)},
        ],
        Standing.ACTIVE: [
            {},
            {"userAccountControl": "512"},
            {"accountExpires": "0"},
            {"accountExpires": "9223372036854775807"},
            {"accountExpires": ticks(tomorrow)},
            {"lockoutTime": "0"},
            {"shadowExpire": "-1"},
            {"shadowExpire": "9" * 19},
            {"userAccountControl": "no number"},
            {"nsAccountLock": "FALSE"},
        ],
    }
    for standing, told in expected.items():
        for values in told:
            assert standing_of(entry("x", **values), NOW) is standing, values


def test_a_lock_that_passes_by_itself_shuts_nobody_out_here() -> None:
    assert not Standing.LOCKED.is_out
    assert Standing.DISABLED.is_out
    assert Standing.EXPIRED.is_out


def test_a_person_is_known_by_what_stays_and_never_by_a_name() -> None:
    guid = UUID("3f2504e0-4f89-11d3-9a0c-0305e82c3301")
    assert subject_of(entry("x", objectGUID=guid.bytes_le), "objectGUID") == str(guid)
    assert subject_of(entry("x", entryUUID="abc"), "entryUUID") == "abc"
    assert subject_of(entry("x", other=b"\xff\x00"), "other") == "ff00"
    assert subject_of(entry("x", uid=["a", "b"]), "uid") == ""
    assert subject_of(entry("x"), "entryUUID") == ""


def test_attributes_are_mapped_and_shown() -> None:
    ada = entry("uid=ada", entryUUID="1", mail="ada@x.test", cn="Ada L", givenName="Ada", sn="King")
    asserted = asserted_of(ada, subject="entryUUID", chosen={}, groups=["g"])
    assert (asserted.issuer, asserted.subject) == ("ldap:entryuuid", "1")
    assert (asserted.email, asserted.name, asserted.groups) == ("ada@x.test", "Ada King", ("g",))
    assert asserted.attributes["sn"] == ("King",)
    chosen = {"name": "cn", "email": ""}
    assert asserted_of(ada, subject="entryUUID", chosen=chosen, groups=[]).name == "Ada L"
