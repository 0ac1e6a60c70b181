"""A real directory, OpenLDAP's slapd on loopback: what is said of TLS, pages, groups, injection and outages holds there."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.access.models import Membership
from accounts.federation.directory import checks, client
from accounts.federation.directory.client import (
    BindRefused,
    DirectoryFailed,
    Endpoint,
    Reason,
    Security,
    Target,
    ask,
)
from accounts.federation.directory.filters import for_login
from accounts.federation.directory.groups import GroupSettings, NamedBy, Nesting, groups_of
from accounts.federation.directory.models import Action, Directory, RunState
from accounts.federation.directory.selectors import directory_of, run_for
from accounts.federation.directory.services import (
    DirectoryDown,
    WrongCredentials,
    check_password,
    configure,
    request,
    work,
)
from accounts.federation.directory.wire import connection
from accounts.federation.enterprise.models import GroupRole
from accounts.models import User
from mago.core.outbound import resolve
from tests.accounts.federation.enterprise.conftest import organization_with, provider_in
from tests.peers.certificates import certificate_authority, pem
from tests.peers.slapd import (
    ADA_PASSWORD,
    CROWD,
    GRACE_PASSWORD,
    GROUPS,
    LIMITED,
    PEOPLE,
    READER,
    SECRET,
    Slapd,
    running_slapd,
)
from tests.running import free_port

pytestmark = [pytest.mark.journey, pytest.mark.peer, pytest.mark.enable_socket]
ADA, GRACE = f"uid=ada,{PEOPLE}", f"uid=grace,{PEOPLE}"
SUFFIX = "dc=mago,dc=test"
MANY = 5000


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    with running_slapd(tmp_path_factory.mktemp("slapd"), crowd=MANY) as server:
        yield server


@pytest.fixture(autouse=True)
def _no_server_is_passed_over() -> None:
    client._passed_over.clear()


def endpoint(
    slapd: Slapd, security: Security = Security.LDAPS, host: str = "localhost"
) -> Endpoint:
    port = slapd.tls_port if security is Security.LDAPS else slapd.port
    return Endpoint(host, port, security)


def target(slapd: Slapd, *servers: Endpoint, **other: Any) -> Target:
    known = {"name": READER, "password": SECRET, "ca": slapd.ca} | other
    return Target(servers or (endpoint(slapd),), **known)


def failure(where: Target, work: Any = lambda session: None) -> Reason:
    with pytest.raises(DirectoryFailed) as failed:
        ask(where, work)
    return failed.value.reason


def found(where: Target, filter: str, base: str = PEOPLE, most: int = 10) -> list[str]:
    return ask(where, lambda s: [e.dn for e in s.search(base, filter, ("uid",), most=most)])


@pytest.mark.parametrize("security", Security)
def test_ldaps_and_starttls_let_in_only_where_the_certificate_is_believed(
    slapd: Slapd, security: Security
) -> None:
    here = endpoint(slapd, security)
    assert found(target(slapd, here), "(uid=ada)") == [ADA]
    another = pem(certificate_authority("Another CA")[0])
    assert failure(target(slapd, here, ca=another)) is Reason.UNTRUSTED
    assert failure(target(slapd, here, ca="")) is Reason.UNTRUSTED
    assert failure(target(slapd, here, ca="no certificate")) is Reason.BAD_CA


@pytest.mark.parametrize("security", Security)
def test_a_server_of_another_name_is_refused(
    slapd: Slapd, security: Security, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same server, reached by a name for which its certificate is not.
    monkeypatch.setattr(connection, "resolve", lambda host, *rest: resolve("localhost", *rest))
    other = endpoint(slapd, security, "directory.example.com")
    assert failure(target(slapd, other)) is Reason.WRONG_HOST
    assert found(target(slapd, endpoint(slapd, security)), "(uid=ada)") == [ADA]


def test_plain_and_encrypted_ports_are_not_mixed_up(slapd: Slapd) -> None:
    assert failure(target(slapd, Endpoint("localhost", slapd.port))) is Reason.TLS
    encrypted = Endpoint("localhost", slapd.tls_port, Security.STARTTLS)
    assert failure(target(slapd, encrypted)) is Reason.LOST


def test_what_is_wrong_has_its_own_word(slapd: Slapd) -> None:
    where = target(slapd)
    assert failure(target(slapd, password="wrong")) is Reason.SERVICE_REFUSED
    assert failure(target(slapd, password="")) is Reason.SERVICE_REFUSED
    assert failure(target(slapd, Endpoint("localhost", free_port()))) is Reason.CONNECT
    assert failure(target(slapd, Endpoint("nowhere.invalid", 636))) is Reason.RESOLVE

    def search(base: str, filter: str) -> Reason:
        return failure(where, lambda s: list(s.search(base, filter, ("uid",), most=5)))

    assert search(f"ou=none,{SUFFIX}", "(uid=*)") is Reason.NO_SUCH_BASE
    assert search("no name", "(uid=*)") is Reason.NO_SUCH_BASE
    assert search(PEOPLE, "(uid=*") is Reason.BAD_FILTER
    assert search(CROWD, "(uid=*)") is Reason.TOO_MANY


def test_a_password_is_right_or_wrong_and_an_empty_one_is_never_sent(slapd: Slapd) -> None:
    where = target(slapd)
    ask(where, lambda s: s.bind(ADA, ADA_PASSWORD))
    ask(where, lambda s: s.bind(GRACE, GRACE_PASSWORD))
    # Softly hyphenated, it would be empty once it is prepared (RFC 4013).
    for wrong in ("wrong", "", "\0", f"{ADA_PASSWORD}\0", "\N{SOFT HYPHEN}", "\ud800"):
        with pytest.raises((BindRefused, DirectoryFailed)):
            ask(where, lambda s, wrong=wrong: s.bind(ADA, wrong))
    for nobody in (f"uid=nobody,{PEOPLE}", "no name", ""):
        with pytest.raises(BindRefused):
            ask(where, lambda s, nobody=nobody: s.bind(nobody, "x"))
    # After a bind we are the service account again, which may read others.
    assert (
        ask(
            where,
            lambda s: (
                s.bind(ADA, ADA_PASSWORD) or len(list(s.search(PEOPLE, "(uid=*)", (), most=9)))
            ),
        )
        == 2
    )


def test_an_injection_finds_nobody_and_odd_names_are_found(slapd: Slapd) -> None:
    where = target(slapd)
    # What it would do, were it not escaped.
    assert len(found(where, "(&(objectClass=person)(uid=*)(uid=*))")) == 2
    for typed in ("*", "*)(uid=*", "ada)(userPassword=*", "\\2a", "a\0da"):
        assert found(where, for_login("(uid={login})", typed)) == []
    assert found(where, for_login("(cn={login})", "Grace (Hopper) * \\ test")) == [GRACE]


def test_five_thousand_entries_come_in_pages_beyond_the_servers_limit(slapd: Slapd) -> None:
    everybody = found(target(slapd), "(objectClass=person)", CROWD, MANY)
    assert len(set(everybody)) == len(everybody) == MANY
    # An account that gets a part of it gets nothing, and no part is taken for the whole.
    limited = target(slapd, name=LIMITED)
    reason = failure(limited, lambda s: list(s.search(CROWD, "(uid=*)", ("uid",), most=MANY)))
    assert reason is Reason.TOO_MANY


def test_groups_in_groups_and_in_a_circle(slapd: Slapd) -> None:
    def groups(nesting: Nesting, uid: str = "ada") -> tuple[str, ...]:
        settings = GroupSettings(base=GROUPS, nesting=nesting, named_by=NamedBy.CN)

        def read(session: Any) -> tuple[str, ...]:
            wanted = ("uid", "memberOf")
            (person,) = session.search(PEOPLE, f"(uid={uid})", wanted, most=1)
            return groups_of(session, person, settings)

        return ask(target(slapd), read)

    assert groups(Nesting.NONE) == ("engineers",)
    assert groups(Nesting.WALK) == ("engineers", "everybody", "ring", "users")
    assert groups(Nesting.WALK, "grace") == ("everybody", "ring", "users")


def test_where_a_server_is_gone_the_next_one_answers(slapd: Slapd) -> None:
    dead, here = Endpoint("localhost", free_port()), endpoint(slapd)
    both = target(slapd, dead, here)
    assert found(both, "(uid=ada)") == [ADA]
    assert client.in_order(both.servers) == [here, dead]
    assert failure(target(slapd, dead)) is Reason.CONNECT


# --- the whole way ---


@pytest.fixture
def provider(slapd: Slapd, alice: Any, settings: Any, transactional_db: None) -> Any:
    settings.MAGO_DEPLOYMENT = "onprem"
    acme = organization_with("Acme", alice, "mago.test")
    made = provider_in(acme, alice, kind="ldap", name="Directory")
    servers = [{"host": "localhost", "port": slapd.tls_port, "security": "ldaps"}]
    configure(
        provider=made,
        actor=alice,
        bind_password=SECRET,
        servers=servers,
        ca=slapd.ca,
        bind_name=READER,
        base=PEOPLE,
        people_filter="(&(objectClass=inetOrgPerson)(mail=*))",
        login_filter="(|(mail={login})(uid={name}))",
        subject_attribute="entryUUID",
        group_base=GROUPS,
        nesting="walk",
        groups_named_by="cn",
        imports=True,
        brake=50,
    )
    made.refresh_from_db()
    return made


def sync(provider: Any, **how: Any) -> Any:
    provider.refresh_from_db()
    run = request(provider=provider, actor=None, **how)
    while work(run.pk):
        pass
    return run_for(provider, run.pk)


@pytest.mark.django_db(transaction=True)
def test_people_sign_in_are_taken_over_and_leave(slapd: Slapd, provider: Any) -> None:
    GroupRole.objects.create(provider=provider, group="users", role="technician")
    asserted = check_password(provider=provider, login="ada@mago.test", password=ADA_PASSWORD)
    assert (asserted.email, asserted.name) == ("ada@mago.test", "Ada Lovelace")
    for login, password in (("ada@mago.test", "wrong"), ("*", ADA_PASSWORD), ("no@mago.test", "x")):
        with pytest.raises(WrongCredentials):
            check_password(provider=provider, login=login, password=password)
    first = sync(provider)
    assert (first.state, first.read, first.applied) == (RunState.DONE, 2, 2), first.detail
    grace = User.objects.get(email="grace@mago.test")
    assert [binding.role for binding in grace.role_bindings.all()] == ["technician"]
    connection = slapd.as_admin()
    values = {"uid": "new", "cn": "New", "sn": "New", "mail": "new@mago.test"}
    assert connection.add(f"uid=new,{PEOPLE}", "inetOrgPerson", values)
    assert sync(provider, is_full=False).counts == {Action.CREATE: 1}
    assert connection.delete(f"uid=new,{PEOPLE}")
    connection.unbind()
    assert sync(provider).counts == {Action.DISABLE: 1}
    assert not User.objects.get(email="new@mago.test").is_active
    assert User.objects.get(email="ada@mago.test").is_active


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_over_everybody_says_who_would_come(slapd: Slapd, provider: Any) -> None:
    Directory.objects.update(base=SUFFIX)
    run = sync(provider, is_dry=True)
    assert (run.state, run.read, run.counts) == (RunState.DONE, MANY + 2, {Action.CREATE: MANY + 2})
    assert Membership.objects.of(provider.organization).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_test_of_the_settings_is_green_and_a_wrong_ca_is_red(
    slapd: Slapd, provider: Any, alice: Any
) -> None:
    directory = directory_of(provider)
    steps = [*checks.of_servers(directory), *checks.of_contents(directory)]
    person, asserted = checks.of_person(directory, "ada", ADA_PASSWORD)
    assert all(check.passed for check in [*steps, *person])
    assert asserted is not None
    assert "engineers" in asserted.groups
    another = pem(certificate_authority("Another CA")[0])
    configure(provider=provider, actor=alice, ca=another, bind_password=SECRET)
    red = checks.of_servers(directory_of(provider))
    assert [check.passed for check in red] == [True, False, None]
    assert "CERTIFICATE_VERIFY_FAILED" in red[1].evidence


@pytest.mark.django_db(transaction=True)
def test_an_outage_locks_nobody_out_and_disables_nobody(slapd: Slapd, provider: Any) -> None:
    assert sync(provider).state == RunState.DONE
    slapd.stop()
    try:
        for _ in range(4):
            with pytest.raises(DirectoryDown):
                check_password(provider=provider, login="ada@mago.test", password=ADA_PASSWORD)
        run = sync(provider)
        assert (run.state, run.reason) == (RunState.FAILED, Reason.CONNECT)
        assert User.objects.filter(email__endswith="@mago.test", is_active=False).count() == 0
    finally:
        slapd.start()
    assert check_password(provider=provider, login="ada@mago.test", password=ADA_PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_strangers_do_not_lock_an_account_in_the_directory(slapd: Slapd, provider: Any) -> None:
    """slapd locks after five wrong passwords; we let three through, by whatever name."""
    for login in ["grace@mago.test", "grace", "GRACE@mago.test"] * 3:
        with pytest.raises(Exception, match=r"invalid_credentials|rate_limited"):
            check_password(provider=provider, login=login, password="wrong")
    ask(target(slapd), lambda s: s.bind(GRACE, GRACE_PASSWORD))
