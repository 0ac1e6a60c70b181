"""Fills an installation by SQL: people, and all else in proportion.

Everything is made from a row that the models themselves would write, with what differs from row to
row in its place: so a new column needs nothing here.
"""

import os
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.access.models import Membership, RoleBinding, ServiceAccount
from accounts.access.roles import RoleName
from accounts.federation.enterprise.models import IdentityProvider, Kind
from accounts.federation.enterprise.models import State as ProviderState
from accounts.models import User
from accounts.organizations.models import Organization, Site
from accounts.provider.models import ApiToken, Application
from accounts.sessions.models import Session
from admincenter.security.models import Ticket
from admincenter.security.selectors.programmes import programme_of
from hubs.life.models import Presence
from hubs.models import Hub, Room
from hubs.models import State as HubState
from mago.audit.models import AuditEvent, AuditLink, AuditMark
from mago.core.sql import IS_SQLITE
from mago.core.sqlite import statistics
from mago.messaging.models import Message, Status

from .rows import copies, indexed_afterwards, key, moment, numbered

# One hub for so many people, and so many events of each: 1,000,000 people, 50,000 hubs, 5,000,000 events.
PEOPLE_OF_A_HUB, EVENTS_OF_A_PERSON, PEOPLE_OF_AN_ORGANIZATION = 20, 5, 500
# A page shows fifty rows: of each thing that a list is about there is more than a page, also behind its middle.
LEAST = 110
# Each as often as the others, and one name that one person has.
NAMES = ("Ada", "Bea", "Carlo", "Dina", "Emil", "Fritz", "Gina", "Hugo", "Ines", "Jan")
RARE_NAME = "Zuzanna Quist"


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
    organization = Organization(name="", slug="")
    copies(organization, count, id=key("c"), name=numbered("Firm"), slug=numbered("firm"))
    place = {"organization_id": key("c"), "created_at": moment(count)}
    copies(Site(name="Hall"), count, id=key("d"), **place)
    copies(Room(name="Blue"), count, id=key("e"), site_id=key("d"), **place)


def fill_people(count: int, organizations: int) -> None:
    """Members of an organization each; a tenth is signed in, a hundredth (LEAST at least) disabled, and each had a mail."""
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
    letter = theirs(organizations)
    place = {"organization_id": key("c", letter), "site_id": key("d", letter)}
    place |= {"room_id": key("e", letter), "created_at": moment(count)}
    hub = Hub(model="P-1", state=HubState.ACTIVE, enrolled_at=timezone.now())
    copies(hub, count, id=key("b"), name=numbered("Room"), serial=numbered("SN"), **place)
    copies(Presence(seen_at=timezone.now()), count, hub_id=key("b"), seen_at=moment(count))


def fill_tickets(count: int) -> None:
    """Tickets of the first organization, judged without a score and due today."""
    programme = programme_of(Organization.objects.get(slug=slug(1)))
    ticket = Ticket(
        programme=programme, title="", source="scanner", rank=0, due_on=timezone.now().date()
    )
    rated = {"severity": "CASE WHEN n % 2 = 0 THEN 'high' ELSE 'low' END"}
    rated["rank"] = "CASE WHEN n % 2 = 0 THEN 71 ELSE 2 END"
    copies(ticket, count, id=key("f"), number="n", title=numbered("Finding"), **rated)


def fill_rights(count: int) -> None:
    """Who holds a role in the first organization, its service accounts with a token each, and the platform's applications."""
    joined, first = {"created_at": moment(count)}, {"organization_id": key("c", "1")}
    holder = {"user_id": key("a"), "key": numbered("binding")} | first
    copies(RoleBinding(role=RoleName.TECHNICIAN), count, id=key("1"), **holder)
    copies(ServiceAccount(), count, id=key("2"), name=numbered("Program"), **first, **joined)
    token = ApiToken(expires_at=timezone.now() + timedelta(days=90))
    own = {"name": numbered("Token"), "digest": numbered("digest"), "service_account_id": key("2")}
    copies(token, count, id=key("3"), **own, **joined)
    application = Application(type="public", auth_method="none")
    copies(application, count, id=key("4"), name=numbered("Application"), **joined)


def fill_providers(count: int) -> None:
    """Of as many organizations each has one."""
    provider = IdentityProvider(kind=Kind.OIDC, slug="own", state=ProviderState.LIVE)
    place = {"organization_id": key("c"), "created_at": moment(count)}
    copies(provider, count, id=key("5"), name=numbered("Provider"), **place)


def fill_trail(count: int, people: int) -> None:
    """Events of people, with what they are searched by, and one link that says how far it is sealed."""
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
        if not IS_SQLITE:
            cursor.execute(f"SELECT setval('audit_auditevent_id_seq', {count})")
    # Inserted and nothing else: the database refuses to have a link changed.
    last = AuditLink(sequence=count, event_id=count, salt=os.urandom(16), hash=mac, mac=mac)
    last.save(force_insert=True)


def slug(number: int) -> str:
    return f"firm-{number:07}"


def theirs(organizations: int) -> str:
    """Whose a thing is: a tenth of all belong to the first organization."""
    return f"(CASE WHEN n % 10 = 0 THEN 1 ELSE n % {organizations} + 1 END)"


def tidy_up() -> None:
    """The planner knows the tables, as after a night in production."""
    if IS_SQLITE:
        statistics.renew()
        return
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        # The server is ended at once, and would read all of it again at its next start.
        cursor.execute("CHECKPOINT")
