"""Demonstration data: people to look at, made by the services that real people go through."""

import base64
import secrets
import unicodedata

from django.db import transaction
from django.utils import timezone

from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.selectors.in_charge import has_owner
from accounts.access.services import grant_role, join, set_active
from accounts.mfa.models import SmsDevice, TotpDevice
from accounts.models import User
from accounts.organizations.models import Organization
from accounts.organizations.services import demand_factors_of_administrators
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.context import Caller, calling

NAMES = """Ada Lindqvist, Marcus Kane, Priya Nair, Jun Ono, Elena Vitale, Tomás Herrera, Ingrid Solberg, Kofi Mensah,
Yara Haddad, Piotr Nowak, Chiara Conti, Liam Byrne, Fatima Zahra, Noah Fischer, Mei Lin, Sofia Rossi, Andrej Kovač,
Grace Okafor, Luca Moretti, Hanna Virtanen, Ravi Menon, Isabel Cruz, Emil Larsen, Aiko Tanaka, Paolo Greco, Nora Weiss,
David Cohen, Amara Diallo, Giulia Ferri, Viktor Petrov"""
ADMINISTRATOR = "dora@example.com"
# What the first of them are in the organization of the demonstration; the next ones are guests there.
ROLES = (
    RoleName.SECURITY_OFFICER,
    RoleName.OPERATOR,
    RoleName.TECHNICIAN,
    RoleName.SITE_ADMINISTRATOR,
    RoleName.REPORTER,
)
MEMBERS = 14


@transaction.atomic
def add_people() -> dict[str, str]:
    """Thirty people and an administrator exist; her name and new password. Doing it again adds nobody twice."""
    password = secrets.token_urlsafe(15)
    if not has_owner():
        demand_factors_of_administrators()
    dora, _created = User.objects.get_or_create(
        email=ADMINISTRATOR, defaults={"name": "Dora Keller", "email_confirmed_at": timezone.now()}
    )
    dora.set_password(password)
    dora.save(update_fields=["password"])
    grant_role(user=dora, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
    for number, name in enumerate(_names()):
        _add_person(number, name, dora)
    return {"email": dora.email, "password": password}


@transaction.atomic
def add_members(organization: Organization, owner: User) -> None:
    """Some of these people belong to the organization, with a role each. Doing it again adds nobody twice."""
    for number, name in enumerate(_names()[:MEMBERS]):
        person = User.objects.get(email=_address(name))
        if join(organization=organization, user=person, actor=owner):
            role = ROLES[number] if number < len(ROLES) else RoleName.GUEST
            grant_role(user=person, role=role, actor=owner, scope=organization.access_scope)


def _names() -> list[str]:
    return " ".join(NAMES.split()).split(", ")


def _address(name: str) -> str:
    first, *_middle, last = name.lower().split()
    letters = unicodedata.normalize("NFKD", f"{first}.{last}@example.com")
    return letters.encode("ascii", "ignore").decode()


def _add_person(number: int, name: str, administrator: User) -> None:
    email = _address(name)
    user, created = User.objects.get_or_create(
        email=email, defaults={"name": name, "email_confirmed_at": timezone.now()}
    )
    if not created:
        return
    user.set_unusable_password()
    user.last_login = timezone.now()
    user.save(update_fields=["password", "last_login"])
    _add_factor(number, user)
    with calling(
        Caller(
            address=f"192.0.2.{number + 10}",
            user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0",
        )
    ):
        record(Tag.EMAIL_CONFIRMED, actor=user, target=user)
        if number % 4 == 3:
            record(
                Tag.SIGN_IN_FAILED,
                target=user,
                outcome=Outcome.FAILURE,
                method="password",
                email=email,
            )
        record(Tag.SIGN_IN_SUCCEEDED, actor=user, target=user, method="password", remembered=False)
    if number % 11 == 10:
        set_active(user=user, active=False, actor=administrator, reason="Left the company")


def _add_factor(number: int, user: User) -> None:
    """Two of three have an authenticator app, some a telephone, the others nothing yet."""
    if number % 3:
        key = base64.b32encode(secrets.token_bytes(20)).decode()
        TotpDevice.objects.create(user=user, name="Authenticator app", key=key)
    elif number % 2:
        SmsDevice.objects.create(user=user, name="Telephone", number=f"+3906555{number:04}")
