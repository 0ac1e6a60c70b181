"""Demonstration data: tickets in their stages, a release with gates, engagements and risks, in both programmes."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.organizations.models import Organization

from .models import Programme, Ticket
from .models.tickets import today
from .selectors.programmes import programme_of
from .services.comments import comment_on
from .services.moves import move_ticket
from .services.penetration_tests import add_finding, mark_held, plan_test
from .services.releases import create_release
from .services.risks import register_risk
from .services.tickets import assign_ticket, create_ticket, edit_ticket
from .workflow import Move

_TICKETS: tuple[tuple[str, str, str, str], ...] = (
    ("Session is not ended when the password changes", "internal-test", "accounts/sessions",
     "CVSS:4.0/AV:N/AC:L/AT:P/PR:L/UI:N/VC:H/VI:L/VA:N/SC:N/SI:N/SA:N"),
    ("Image library reads past the end of a malformed PNG", "advisory", "pillow",
     "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H"),
    ("Error page repeats the address that was asked for", "scanner", "mago/core/errors",
     "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:L/VA:N/SC:N/SI:L/SA:N"),
    ("Room display shows a meeting’s title while it is locked", "outside", "hubs/display",
     "CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N"),
    ("Firmware download is not checked before it is unpacked", "scanner", "hubs/agent",
     "CVSS:3.1/AV:A/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H"),
    ("Rate limit of the code page counts by address only", "internal-test", "accounts/mfa", ""),
)  # fmt: skip
_DESCRIPTION = """Whoever has the cookie of another browser stays signed in there after its owner has changed the password.

Sign in by two browsers, change the password in one, and load any page in the other: it is shown."""


@transaction.atomic
def add_programme(owner: User, organization: Organization | None) -> None:
    """The platform's programme, and that of an organization of `owner`, hold something to look at. Doing it again adds nothing."""
    for whose in {organization, None}:
        programme = programme_of(whose)
        if not Ticket.objects.of(programme).exists():
            _fill(programme, owner)


def _fill(programme: Programme, owner: User) -> None:
    made: dict[str, Any] = {"programme": programme, "actor": owner}
    tickets = [
        create_ticket(title=title, source=source, component=component, vector=vector, **made)
        for title, source, component, vector in _TICKETS
    ]
    release = create_release(version="2.6.0", target_on=today() + timedelta(days=21), **made)
    moved: dict[str, Any] = {"actor": owner}
    for ticket in tickets[:4]:
        move_ticket(ticket=ticket, move=Move.TRIAGE, **moved)
    for ticket in tickets[:3]:
        move_ticket(ticket=ticket, move=Move.PLAN, release=release, **moved)
    for ticket in tickets[:2]:
        move_ticket(ticket=ticket, move=Move.START, **moved)
    move_ticket(ticket=tickets[1], move=Move.FIX, evidence="Locked at the fixed version", **moved)
    move_ticket(
        ticket=tickets[4], move=Move.REJECT, reason="The signature is checked first", **moved
    )
    edit_ticket(ticket=tickets[0], description=_DESCRIPTION, actor=owner)
    assign_ticket(ticket=tickets[0], assignee=owner, actor=owner)
    comment_on(
        ticket=tickets[0], body="Seen on staging too; the API is not concerned.", actor=owner
    )
    _test(made, owner)
    _risks(made, tickets)


def _test(made: dict[str, Any], owner: User) -> None:
    words: dict[str, Any] = {
        "methodology": "OWASP WSTG 4.2",
        "scope": "Web pages, REST API and the hub protocol",
    }
    ended = today() - timedelta(days=30)
    test = plan_test(
        firm="Harbour Security", starts_on=ended - timedelta(days=9), ends_on=ended, **words, **made
    )
    add_finding(
        test=test,
        title="Verbose answer tells whether a room exists",
        vector="CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N",
        actor=owner,
    )
    mark_held(test=test, actor=owner)
    begin = today() + timedelta(days=40)
    plan_test(
        firm="Redwood Testing", starts_on=begin, ends_on=begin + timedelta(days=4), **words, **made
    )


def _risks(made: dict[str, Any], tickets: list[Ticket]) -> None:
    owner = made["actor"]
    rows = (
        ("Signing keys", "A backup with keys is stolen", (3, 5), "mitigate", (1, 5), 60),
        (
            "Mail delivery",
            "Codes by mail arrive too late to sign in",
            (4, 3),
            "mitigate",
            (2, 3),
            90,
        ),
        ("Room devices", "A hub is taken from a lobby", (3, 3), "accept", (3, 2), 5),
    )
    for asset, threat, before, treatment, after, days in rows:
        risk = register_risk(
            asset=asset,
            threat=threat,
            likelihood=before[0],
            impact=before[1],
            treatment=treatment,
            residual_likelihood=after[0],
            residual_impact=after[1],
            owner=owner,
            review_on=today() + timedelta(days=days),
            **made,
        )
    risk.tickets.add(tickets[3])
