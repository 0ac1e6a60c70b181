"""What stands in the middle of a word is found, by an index, and only where the searcher looks."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.access.models import Membership, ServiceAccount
from accounts.access.roles import RoleName
from accounts.access.scope import Scope
from accounts.access.services import grant_role
from accounts.models import User
from accounts.organizations.models import Site
from accounts.organizations.services import create_organization, create_site
from accounts.provider.models import Application
from admincenter import checks
from admincenter.apps import index_what_is_searched
from admincenter.keyset import KeysetPage, Listing
from admincenter.searched import ALL, HUBS, PEOPLE
from admincenter.security.selectors.programmes import programme_of
from admincenter.security.selectors.tickets import find_tickets
from admincenter.security.services.tickets import create_ticket
from admincenter.selectors.applications import find_applications
from admincenter.selectors.hubs import find_hubs, find_hubs_anywhere
from admincenter.selectors.organizations import find_members, find_organizations
from admincenter.selectors.people import find_people
from admincenter.selectors.search import search
from admincenter.selectors.service_accounts import find_service_accounts
from hubs.models import Hub, State
from mago.core import trigram_tables, trigrams
from tests.conftest import Browser

is_sqlite = connection.vendor == "sqlite"
pytestmark = pytest.mark.django_db


def shown(listing: Listing) -> list[str]:
    return [str(row) for row in KeysetPage(listing).rows]


def firm(name: str, owner: Any) -> Any:
    made = create_organization(name=name, owner=owner, actor=owner)
    site = create_site(organization=made, name="Hall", actor=owner)
    hub = {"organization": made, "site": site, "model": "P", "state": State.ACTIVE}
    Hub.objects.create(serial=f"SN-{name[:2]}-0042", name=f"Lectern of {name}", **hub)
    return made


@pytest.fixture
def acme(alice: Any) -> Any:
    return firm("Acme Robotics", alice)


@pytest.fixture
def umbra(charlie: Any) -> Any:
    """Another tenant, with a hub and a member called alike."""
    return firm("Umbra Robotics", charlie)


def test_people_are_found_by_the_middle_of_a_name_or_an_address(alice: Any, bob: Any) -> None:
    User.objects.filter(pk=bob.pk).update(name="Zoë Ångström-Lindqvist")
    for q in ("INDqv", "ström-lin", "ÅNGSTRÖM", "ë ångs", "bob@exa", "OB@EXAMPLE"):
        assert shown(find_people(q=q)) == ["Zoë Ångström-Lindqvist"], q
    assert shown(find_people(q="ice@example.com")) == ["Alice"]
    # In the other's name and in one's own address: two columns are two texts.
    assert shown(find_people(q="comAlice")) == []


def test_each_list_is_found_in_and_none_of_another_tenant(
    alice: Any, charlie: Any, dora: Any, acme: Any, umbra: Any
) -> None:
    mine = {"organization": acme, "name": "Payroll bridge"}
    Application.objects.create(**mine)
    ServiceAccount.objects.create(**mine)
    ServiceAccount.objects.create(organization=umbra, name="Payroll tunnel")
    for whose, owner in ((acme, alice), (umbra, charlie)):
        create_ticket(
            programme=programme_of(whose),
            actor=owner,
            title=f"Cookie of {whose.slug} survives",
            source="scanner",
        )

    assert shown(find_organizations(alice, q="robot")) == ["Acme Robotics"]
    assert shown(find_organizations(dora, q="ROBOT")) == ["Acme Robotics", "Umbra Robotics"]
    assert shown(find_hubs(alice, acme, q="0042")) == ["Lectern of Acme Robotics"]
    assert shown(find_hubs(alice, acme, q="ectern")) == ["Lectern of Acme Robotics"]
    assert shown(find_hubs_anywhere(alice, q="ECTern")) == ["Lectern of Acme Robotics"]
    assert len(shown(find_hubs_anywhere(dora, q="ectern"))) == 2
    assert [row.user for row in KeysetPage(find_members(acme, q="@example")).rows] == [alice]
    assert shown(find_members(acme, q="arlie")) == []
    assert shown(find_applications(acme, q="ROLL br")) == ["Payroll bridge"]
    assert shown(find_service_accounts(acme, q="ayroll")) == ["Payroll bridge"]
    (ticket,) = KeysetPage(find_tickets(programme_of(acme), q="okie of")).rows
    assert ticket.title == "Cookie of acme-robotics survives"


def test_the_palette_finds_so_too_and_a_tenant_its_own_alone(
    alice: Any, bob: Any, dora: Any, acme: Any, umbra: Any
) -> None:
    Membership.objects.create(organization=umbra, user=bob)

    def titles(viewer: Any, q: str) -> list[str]:
        nothing: Any = frozenset()
        return [one.title for kind in search(viewer, nothing, nothing, q) for one in kind.found]

    assert titles(alice, "ectern") == ["Lectern of Acme Robotics"]
    assert titles(alice, "lice@ex") == ["Alice"]
    assert titles(alice, "ob@exa") == []
    assert len(titles(dora, "obotics")) == 4  # two organizations, two hubs


@pytest.mark.every_database
@pytest.mark.parametrize(
    "q",
    [
        "%lice",
        "ali_e",
        'al"ice',
        "ali*",
        "alice*",
        "^alice",
        "ali ce",
        "NEAR(ali",
        "lice OR b",
        "name:ali",
        "\\lice",
        "lice'--",
    ],
)
def test_no_character_means_anything_but_itself(alice: Any, bob: Any, q: str) -> None:
    assert shown(find_people(q=q)) == []
    User.objects.filter(pk=bob.pk).update(name=f"Old {q} of ours")
    assert [row.pk for row in KeysetPage(find_people(q=q)).rows] == [bob.pk]


def test_what_is_changed_is_found_as_it_is_now(alice: Any, bob: Any) -> None:
    alice.name = "Ada Lovelace"
    alice.save()
    alice.save()  # with nothing changed
    assert shown(find_people(q="ovelac")) == ["Ada Lovelace"]
    assert shown(find_people(q="lice@")) == ["Ada Lovelace"]
    User.objects.filter(pk=alice.pk).update(email="ada@example.com")
    assert shown(find_people(q="lice@")) == []
    User.objects.bulk_create([User(email=f"lovelace{n}@example.com") for n in range(3)])
    assert len(shown(find_people(q="ovelace"))) == 4
    User.objects.exclude(pk=bob.pk).delete()
    assert shown(find_people(q="ovelac")) == []


def test_a_short_text_is_looked_for_at_the_beginning(acme: Any, alice: Any) -> None:
    for q in ("li", "ce", "l-i", "4-"):
        assert shown(find_people(q=q)) == []
        assert shown(find_hubs(alice, acme, q=q)) == []
    assert shown(find_people(q="al")) == ["Alice"]
    assert shown(find_hubs(alice, acme, q="SN")) == ["Lectern of Acme Robotics"]


def test_of_what_very_many_have_in_common_a_list_sorts_some_and_a_job_has_all(
    crowd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admincenter.selectors.people.MOST_SEARCHED", 3)
    monkeypatch.setattr("mago.core.keyset.LOOKED_AT", 1)
    crowd(6, is_active=False)
    assert len(shown(find_people(q="rowd"))) == 3
    assert len(shown(find_people(q="crowd"))) == 6  # by address, however many
    assert len(shown(find_people(q="rowd", whole=True))) == 6
    # Narrowed further, whoever is left may be any of them.
    assert len(shown(find_people(q="rowd", state="disabled"))) == 6
    assert len(shown(find_people(q="rowd", joined=timedelta(days=1)))) == 6


def test_newer_hubs_of_others_hide_nobodys_own(
    alice: Any, charlie: Any, acme: Any, umbra: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admincenter.selectors.hubs.MOST_SEARCHED", 1)
    assert shown(find_hubs_anywhere(alice, q="ectern")) == ["Lectern of Acme Robotics"]
    assert shown(find_hubs_anywhere(charlie, q="ectern")) == ["Lectern of Umbra Robotics"]
    roof = create_site(organization=acme, name="Roof", actor=alice)
    Membership.objects.create(organization=acme, user=charlie)
    grant_role(user=charlie, role=RoleName.TECHNICIAN, actor=alice, scope=Scope(acme.pk, roof.pk))
    hub = {"organization": acme, "model": "P", "state": State.ACTIVE}
    Hub.objects.create(serial="SN-1", name="Lectern on the roof", site=roof, **hub)
    Hub.objects.create(serial="SN-2", name="Lectern below", site=acme_hall(acme), **hub)
    assert shown(find_hubs(charlie, acme, q="ectern")) == ["Lectern on the roof"]


def acme_hall(acme: Any) -> Any:
    return Site.objects.of(acme).get(name="Hall")


@pytest.mark.skipif(not is_sqlite, reason="of FTS5")
def test_nothing_is_left_of_a_name_that_was_erased(person: Any) -> None:
    def is_there() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT block FROM search_accounts_user_words_data")
            return any(b"zyx" in bytes(block) for (block,) in cursor.fetchall())

    gone = person("zyxomma")
    assert is_there()
    gone.delete()
    assert is_there()
    trigram_tables.forget_deleted(connection)
    assert not is_there()


def test_an_index_of_other_columns_is_made_anew(db: None) -> None:
    table = trigram_tables.Table("hubs_hub", ("serial",))
    assert trigram_tables.make(connection, [table]) == []
    with connection.cursor() as cursor:
        if is_sqlite:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [table.words])
        else:
            cursor.execute("SELECT pg_get_indexdef(%s::regclass)", [table.copy])
        (made,) = cursor.fetchone()
    assert "serial" in made
    assert "name" not in made


@pytest.mark.parametrize("searched", ALL, ids=lambda one: one.table.name)
def test_an_index_answers(searched: Any) -> None:
    """At any size: the databases say so of themselves."""
    with connection.cursor() as cursor:
        if not is_sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")
    rows = searched.model._base_manager.filter(searched.containing("abc"))
    assert ("VIRTUAL TABLE INDEX" if is_sqlite else searched.table.copy) in rows.explain()


def test_an_index_that_is_lost_is_made_anew_at_the_next_migration(alice: Any) -> None:
    """As SQLite loses triggers when a migration makes a table anew."""
    table = PEOPLE.table
    with connection.cursor() as cursor:
        cursor.execute(
            f"DROP TRIGGER {table.copy}_insert" if is_sqlite else f"DROP INDEX {table.copy}"
        )
    bob = User.objects.create(email="bob@example.com")
    assert trigram_tables.make(connection, [table]) == []
    assert table.name in trigram_tables.indexed(connection)
    assert shown(find_people(q="ob@exa")) == [str(bob)]


@pytest.fixture
def _no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trigrams, "_known", set())
    with connection.cursor() as cursor:
        for one in ALL:
            kind = "TABLE" if is_sqlite else "INDEX"
            cursor.execute(f"DROP {kind} {one.table.words if is_sqlite else one.table.copy}")
            for verb in ("insert", "update", "delete") if is_sqlite else ():
                cursor.execute(f"DROP TRIGGER {one.table.copy}_{verb}")


@pytest.mark.usefixtures("_no_index")
def test_without_an_index_beginnings_are_found(
    browser: Browser, dora: Any, alice: Any, acme: Any
) -> None:
    User.objects.filter(pk=alice.pk).update(name="Ada Lovelace")
    assert not HUBS.can_find("lectern")
    assert shown(find_people(q="ovelace")) == shown(find_hubs(alice, acme, q="ectern")) == []
    assert shown(find_people(q="alice")) == shown(find_people(q="ada love")) == ["Ada Lovelace"]
    assert shown(find_hubs(alice, acme, q="Lectern")) == ["Lectern of Acme Robotics"]
    assert shown(find_members(acme, q="alice@"))
    assert shown(find_organizations(dora, q="acme")) == ["Acme Robotics"]
    page = browser.as_person(dora).get("/admincenter/search/", {"q": "alice"})
    assert b"Ada Lovelace" in page.content


@pytest.mark.usefixtures("_no_index")
def test_a_check_says_what_to_do_where_a_database_has_no_trigrams(
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not is_sqlite:
        with connection.cursor() as cursor:
            # Whoever may not create anything in the database.
            cursor.execute("DROP EXTENSION pg_trgm CASCADE")
            cursor.execute("CREATE ROLE reader")
            cursor.execute("SET LOCAL ROLE reader")
    else:
        monkeypatch.setattr(trigram_tables, "_made_on_sqlite", lambda *args: False)
        database: Any = connection
        monkeypatch.setattr(database.Database, "sqlite_version_info", (3, 33, 0))
    call_command("check", databases=["default"])
    assert "CREATE EXTENSION pg_trgm" in capsys.readouterr().err
    index_what_is_searched(using="default")
    assert checks.PROBLEM in caplog.text
    assert User.objects.count() == 0 if is_sqlite else True  # the transaction goes on


@pytest.mark.usefixtures("_no_index")
def test_of_what_the_next_migration_makes_a_check_says_nothing(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    call_command("check", databases=["default"])
    index_what_is_searched(using="default")
    call_command("check", databases=["default"])
    assert checks.PROBLEM not in capsys.readouterr().err + caplog.text
    assert trigram_tables.indexed(connection) == {one.table.name for one in ALL}


@pytest.mark.skipif(not is_sqlite, reason="SQLite numbers rows, and VACUUM may do so anew")
def test_what_is_indexed_agrees_with_the_table(crowd: Any) -> None:
    people = crowd(20)
    User.objects.filter(pk__in=[one.pk for one in people[::3]]).delete()
    with connection.cursor() as cursor:
        words = PEOPLE.table.words
        # FTS5 compares each word with the copy, and fails where they differ.
        cursor.execute(f"INSERT INTO {words} ({words}, rank) VALUES ('integrity-check', 1)")
        cursor.execute(
            f"SELECT key, email, name FROM {PEOPLE.table.copy} EXCEPT SELECT id, email, name FROM accounts_user"
        )
        assert cursor.fetchall() == []
