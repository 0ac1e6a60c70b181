"""What is searched in lists of the admin center, and found in the middle of a word."""

from accounts.access.models import ServiceAccount
from accounts.models import User
from accounts.organizations.models import Organization
from accounts.provider.models import Application
from admincenter.security.models import Ticket
from hubs.models import Hub
from mago.core.trigrams import Trigrams

PEOPLE = Trigrams(User, "email", "name")
ORGANIZATIONS = Trigrams(Organization, "slug", "name")
HUBS = Trigrams(Hub, "serial", "name")
TICKETS = Trigrams(Ticket, "title", "component")
APPLICATIONS = Trigrams(Application, "name")
SERVICE_ACCOUNTS = Trigrams(ServiceAccount, "name")
ALL: tuple[Trigrams, ...] = (PEOPLE, ORGANIZATIONS, HUBS, TICKETS, APPLICATIONS, SERVICE_ACCOUNTS)
