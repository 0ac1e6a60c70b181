"""Fills an installation as `bin/bench admin` wants it, by SQL; tells who looks at it, and where, as JSON.

Everything is made from a row that the models themselves would write, with what differs from row to
row in its place: so a new column needs nothing here.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import django

# One hub for so many people, and so many events of each: 1,000,000 people, 50,000 hubs, 5,000,000 events.
PEOPLE_OF_A_HUB, EVENTS_OF_A_PERSON, PEOPLE_OF_AN_ORGANIZATION = 20, 5, 500
# A page shows fifty rows: of each thing that a list is about there is more than a page, also behind its middle.
LEAST = 110
# Each as often as the others, and one name that one person has.
NAMES = ("Ada", "Bea", "Carlo", "Dina", "Emil", "Fritz", "Gina", "Hugo", "Ines", "Jan")
RARE_NAME = "Zuzanna Quist"


def main(what: str, people: int) -> None:
    """`fill` it, or `tell`."""
    django.setup()
    if what == "fill":
        fill(people)
    else:
        print(json.dumps(told(people)))


def fill(people: int) -> None:
    """So many people, and all else in proportion, LEAST at least; the first organization has a tenth of it."""
    organizations = max(LEAST, people // PEOPLE_OF_AN_ORGANIZATION)
    fill_organizations(organizations)
    fill_people(people, organizations)
    fill_hubs(max(10 * LEAST, people // PEOPLE_OF_A_HUB), organizations)
    fill_tickets(max(LEAST, people // 500))
    fill_rights(max(LEAST, people // 1000))
    fill_providers(max(LEAST, people // 2000))
    fill_trail(people * EVENTS_OF_A_PERSON, people)
    tidy_up()


def fill_organizations(count: int) -> None:
    from accounts.organizations.models import Organization, Site
    from hubs.models import Room

    organization = Organization(name="", slug="")
    copies(organization, count, id=key("c"), name=numbered("Firm"), slug=numbered("firm"))
    place = {"organization_id": key("c"), "created_at": moment(count)}
    copies(Site(name="Hall"), count, id=key("d"), **place)
    copies(Room(name="Blue"), count, id=key("e"), site_id=key("d"), **place)


def fill_people(count: int, organizations: int) -> None:
    """Members of an organization each; a tenth is signed in, a hundredth (LEAST at least) disabled, and each had a mail."""
    from django.utils import timezone

    from accounts.access.models import Membership
    from accounts.models import User
    from accounts.sessions.models import Session
    from mago.messaging.models import Message, Status

    now, joined = timezone.now(), {"created_at": moment(count)}
    person = User(password="!", email_confirmed_at=now, signed_out_at=now - timedelta(days=400))
    names = " ".join(f"WHEN {number} THEN '{name}'" for number, name in enumerate(NAMES))
    name = f"CASE WHEN n = 500 THEN '{RARE_NAME}' ELSE"
    name += f" (CASE n % {len(NAMES)} {names} END) || ' ' || n END"
    email = f"{numbered('person')} || '@example.com'"
    active = f"n % {min(100, count // LEAST)} <> 0"
    copies(person, count, id=key("a"), email=email, name=name, is_active=active, **joined)
    place = {"organization_id": key("c", theirs(organizations)), "user_id": key("a")}
    copies(Membership(), count, id=key("a"), joined_at=moment(count), **place)
    session = Session(last_seen_at=now, expire_date=now + timedelta(days=9), address="192.0.2.1")
    signed_in = {"id": key("a"), "session_key": numbered("s"), "user_id": key("a")}
    copies(session, count // 10, **signed_in, **joined)
    message = Message(recipient="x", status=Status.SENT)
    copies(message, count, id=key("a"), recipient=email, **joined)


def fill_hubs(count: int, organizations: int) -> None:
    from django.utils import timezone

    from hubs.life.models import Presence
    from hubs.models import Hub, State

    letter = theirs(organizations)
    place = {"organization_id": key("c", letter), "site_id": key("d", letter)}
    place |= {"room_id": key("e", letter), "created_at": moment(count)}
    hub = Hub(model="P-1", state=State.ACTIVE, enrolled_at=timezone.now())
    copies(hub, count, id=key("b"), name=numbered("Room"), serial=numbered("SN"), **place)
    copies(Presence(seen_at=timezone.now()), count, hub_id=key("b"), seen_at=moment(count))


def fill_tickets(count: int) -> None:
    """Tickets of the first organization, judged without a score and due today."""
    from django.utils import timezone

    from accounts.organizations.models import Organization
    from admincenter.security.models import Ticket
    from admincenter.security.selectors.programmes import programme_of

    programme = programme_of(Organization.objects.get(slug=slug(1)))
    ticket = Ticket(
        programme=programme, title="", source="scanner", rank=0, due_on=timezone.now().date()
    )
    rated = {"severity": "CASE WHEN n % 2 = 0 THEN 'high' ELSE 'low' END"}
    rated["rank"] = "CASE WHEN n % 2 = 0 THEN 71 ELSE 2 END"
    copies(ticket, count, id=key("f"), number="n", title=numbered("Finding"), **rated)


def fill_rights(count: int) -> None:
    """Who holds a role in the first organization, its service accounts with a token each, and the platform's applications."""
    from django.utils import timezone

    from accounts.access.models import RoleBinding, ServiceAccount
    from accounts.access.roles import RoleName
    from accounts.provider.models import ApiToken, Application

    joined, first = {"created_at": moment(count)}, {"organization_id": key("c", "1")}
    holder = {"user_id": key("a"), "key": numbered("binding")} | first
    copies(RoleBinding(role=RoleName.TECHNICIAN), count, id=key("1"), **holder)
    copies(ServiceAccount(), count, id=key("2"), name=numbered("Program"), **first, **joined)
    token = ApiToken(expires_at=timezone.now() + timedelta(days=90))
    theirs = {
        "name": numbered("Token"),
        "digest": numbered("digest"),
        "service_account_id": key("2"),
    }
    copies(token, count, id=key("3"), **theirs, **joined)
    application = Application(type="public", auth_method="none")
    copies(application, count, id=key("4"), name=numbered("Application"), **joined)


def fill_providers(count: int) -> None:
    """Of as many organizations each has one."""
    from accounts.federation.enterprise.models import IdentityProvider, Kind, State

    provider = IdentityProvider(kind=Kind.OIDC, slug="own", state=State.LIVE)
    place = {"organization_id": key("c"), "created_at": moment(count)}
    copies(provider, count, id=key("5"), name=numbered("Provider"), **place)


def fill_trail(count: int, people: int) -> None:
    """Events of people, with what they are searched by, and one link that says how far it is sealed."""
    from django.db import connection
    from django.utils import timezone

    from mago.audit.models import AuditEvent, AuditLink, AuditMark

    mac = os.urandom(48)
    now = timezone.now()
    event = AuditEvent(time=now, tag="", outcome="success", target_type="accounts.user", mac=mac)
    event.detail = {"method": "password"}
    who, where = f"(n * 7919 % {people} + 1)", "'192.0.2.' || (n % 200)"
    target = f"CAST({key('a', who)} AS TEXT)"
    tag = "CASE WHEN n % 100 = 0 THEN 'access:role:granted' ELSE 'signin:session:opened' END"
    own = {"id": "n", "time": moment(count), "tag": tag, "actor_id": key("a", who)}
    first = f"CASE WHEN n % 10 = 0 THEN {key('c', '1')} END"
    copies(event, count, **own, target_id=target, address=where, organization_id=first)
    marks = ", ".join(field.column for field in AuditMark._meta.concrete_fields[1:])
    with connection.cursor() as cursor, indexed_afterwards(AuditMark):
        cursor.execute(
            f"INSERT INTO audit_auditmark (event_id, {marks}) SELECT id, {marks} FROM audit_auditevent"
        )
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT setval('audit_auditevent_id_seq', {count})")
    # Inserted and nothing else: the database refuses to have a link changed.
    last = AuditLink(sequence=count, event_id=count, salt=os.urandom(16), hash=mac, mac=mac)
    last.save(force_insert=True)


def copies(template: Any, count: int, **own: str) -> None:
    """`count` rows like `template`; `own` says as SQL what differs, by column, where `n` is the number from 1."""
    from django.db import connection
    from django.utils import timezone

    columns, values, parameters = [], [], []
    for field in template._meta.concrete_fields:
        if (
            field.column not in own
            and field.primary_key
            and field.get_internal_type() != "UUIDField"
        ):
            continue  # The database counts by itself.
        columns.append(connection.ops.quote_name(field.column))
        if field.column in own:
            values.append(own[field.column].replace("%", "%%"))
        else:
            values.append("%s")
            value = getattr(template, field.attname)
            if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
                value = timezone.now()
            parameters.append(field.get_db_prep_save(value, connection))
    with connection.cursor() as cursor, indexed_afterwards(template):
        cursor.execute(
            f"INSERT INTO {template._meta.db_table} ({', '.join(columns)})"
            f" WITH RECURSIVE series(n) AS"
            f" (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM series WHERE n < {count})"
            f" SELECT {', '.join(values)} FROM series",
            parameters,
        )


@contextmanager
def indexed_afterwards(model: Any) -> Iterator[None]:
    """What is inserted inside the block is put into the table's indexes at its end, which takes a tenth of the time."""
    from django.db import connection

    table = model._meta.db_table
    indexes = (
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname NOT IN"
        " (SELECT conname FROM pg_constraint WHERE conrelid = tablename::regclass)"
        if _is_postgresql()
        else "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql IS NOT NULL"
    )
    with connection.cursor() as cursor:
        if _is_postgresql():
            # No key is looked up in the other table: ours are right.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(indexes, [table])
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _, definition in found:
            cursor.execute(definition)


def key(kind: str, number: str = "n") -> str:
    """The identifier of a thing of this kind (a hexadecimal digit), by its number."""
    if _is_postgresql():
        return f"('{kind}' || lpad(to_hex({number}), 31, '0'))::uuid"
    return f"printf('{kind}%031x', {number})"


def numbered(word: str) -> str:
    return f"'{word}-' || " + ("lpad(n::text, 7, '0')" if _is_postgresql() else "printf('%07d', n)")


def slug(number: int) -> str:
    return f"firm-{number:07}"


def theirs(organizations: int) -> str:
    """Whose a thing is: a tenth of all belong to the first organization."""
    return f"(CASE WHEN n % 10 = 0 THEN 1 ELSE n % {organizations} + 1 END)"


def moment(count: int) -> str:
    """The times of `count` things, a second apart; the last one is now."""
    if _is_postgresql():
        return f"now() - ({count} - n) * interval '1 second'"
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', (n - {count}) || ' seconds')"


def _is_postgresql() -> bool:
    from django.db import connection

    return connection.vendor == "postgresql"


def tidy_up() -> None:
    """The planner knows the tables, as after a night in production."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if _is_postgresql() else "ANALYZE")
        if _is_postgresql():
            # The server is ended at once, and would read all of it again at its next start.
            cursor.execute("CHECKPOINT")


def told(people: int) -> dict[str, Any]:
    """The session of an administrator of the platform, and the pages: lists, and searches."""
    from accounts.organizations.models import Organization

    first, viewer = Organization.objects.get(slug=slug(1)), administrator()
    return {
        "session": session_of(viewer),
        "lists": lists_of(viewer, first, people),
        "searches": SEARCHES,
    }


def administrator() -> Any:
    from django.utils import timezone

    from accounts.access.roles import RoleName
    from accounts.access.services import grant_role
    from accounts.models import User

    if dora := User.objects.filter(email="dora@example.org").first():
        return dora
    now = timezone.now()
    dora = User.objects.create(
        email="dora@example.org", password="!", email_confirmed_at=now, signed_out_at=now
    )
    grant_role(user=dora, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None)
    return dora


def session_of(person: Any) -> str:
    """What the browser of somebody who has just signed in sends as its cookie."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from accounts.sessions.store import SessionStore

    session = SessionStore()
    session.method, session.proofs = "password", ["password"]
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def lists_of(viewer: Any, first: Any, people: int) -> dict[str, str]:
    """The list pages by their names: newest rows, and where a list is long, rows in the middle of it."""
    from admincenter.selectors.hubs import find_hubs, find_hubs_anywhere
    from admincenter.selectors.organizations import find_members
    from admincenter.selectors.people import find_people, find_sessions
    from admincenter.selectors.trail import find_events

    own = f"organizations/{first.slug}"
    return {
        "overview": "",
        "people": "people/",
        "people, in the middle": "people/?page=" + middle(find_people()),
        "people by address": "people/?order=-address",
        "people who are disabled": "people/?state=disabled",
        "people without a second factor": "people/?state=without-factor",
        "people who are signed in": "people/?state=signed-in",
        "administrators": "people/?state=administrators",
        "a person": f"people/{first_person()}/",
        "sessions": "sessions/",
        "sessions, in the middle": "sessions/?page=" + middle(find_sessions()),
        "organizations": "organizations/",
        "an organization": f"{own}/",
        "members": f"{own}/members/",
        "members, in the middle": f"{own}/members/?page=" + middle(find_members(first)),
        "role bindings": f"{own}/bindings/",
        "fleets": "hubs/",
        "hubs of all": "hubs/_all/",
        "hubs of all, in the middle": "hubs/_all/?page=" + middle(find_hubs_anywhere(viewer)),
        "hubs of all that are silent": "hubs/_all/?standing=offline",
        "hubs": f"hubs/{first.slug}/",
        "hubs by serial number": f"hubs/{first.slug}/?order=-serial",
        "hubs, in the middle": f"hubs/{first.slug}/?page=" + middle(find_hubs(viewer, first)),
        "tickets": f"security/{first.slug}/tickets/",
        "tickets by score": f"security/{first.slug}/tickets/?order=-score",
        "tickets by due date": f"security/{first.slug}/tickets/?order=due",
        "messages": "messages/",
        "audit": "audit/",
        "audit, the oldest first": "audit/?order=time",
        "audit, in the middle": "audit/?page=" + middle(find_events()),
        "audit of a rare kind": "audit/?tag=access:role:granted",
        "audit of a person": "audit/?actor=person-0000500@example.com",
        "audit of an organization": f"{own}/audit/",
        "background jobs": "jobs/",
        "lockdowns": "lockdowns/",
        "applications": "applications/",
        "API tokens": "api-tokens/",
        "identity providers": "identity-providers/",
    }


# What somebody types, by how many answer to it.
SEARCHES: Mapping[str, str] = {
    "people: nobody": "people/?q=nobody-at-all",
    "people: one address": "people/?q=person-0000500",
    "people: one name": "people/?q=zuz",
    "people: a tenth of the names": "people/?q=ada",
    "people: all addresses": "people/?q=per",
    "people: one by the middle": "people/?q=anna+quis",
    "people: a hundredth by the middle": "people/?q=00@example",
    "people: all by the middle": "people/?q=xample",
    "hubs: none": "hubs/_all/?q=xyz",
    "hubs: one": "hubs/_all/?q=SN-0000050",
    "hubs: all serials": "hubs/_all/?q=SN-",
    "hubs: all by the middle": "hubs/_all/?q=oom",
    "hubs of one: one": f"hubs/{slug(1)}/?q=SN-0000050",
    "members: one by the middle": f"organizations/{slug(1)}/members/?q=0000500@",
    "members: all": f"organizations/{slug(1)}/members/?q=per",
    "organizations: all": "organizations/?q=fir",
    "everything: nothing": "search/?q=xyzzy",
    "everything: one": "search/?q=person-0000500",
    "everything: all people": "search/?q=per",
}


def first_person() -> Any:
    from accounts.models import User

    return User.objects.get(email="person-0000500@example.com").pk


def middle(listing: Any) -> str:
    """The cursor of the row in the middle."""
    from admincenter.keyset import Cursor

    rows = listing.queries[0].order_by(*listing.key).values_list(*listing.key)
    return str(Cursor(rows[rows.count() // 2]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
