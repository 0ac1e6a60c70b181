"""What the pages of a programme share: whose it is, their tabs, what a path speaks of, and what an action answers."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access.guards import actor, demand
from accounts.access.permissions import Permission

from ...frames import Frame
from ...pages import act, get_or_post
from ...tabs import Tab
from ..models import Programme, Ticket
from ..selectors.programmes import programme_for
from ..selectors.tickets import ticket_for

__all__ = [
    "act", "around", "form_page", "get_or_post", "page_of", "programme", "readable", "section", "sent", "ticket",
]  # fmt: skip

FRAME = Frame(
    "programme",
    "security",
    (
        Tab(_("Figures"), "security_figures", Permission.TICKETS_READ),
        Tab(_("Tickets"), "tickets", Permission.TICKETS_READ),
        Tab(_("Releases"), "releases", Permission.RELEASES_READ),
        Tab(_("Penetration tests"), "penetration_tests", Permission.PENETRATION_TESTS_READ),
        Tab(_("Risks"), "risks", Permission.RISKS_READ),
    ),
)
around, section, form_page = FRAME.around, FRAME.section, FRAME.form_page


def programme(request: HttpRequest, slug: str) -> Programme:
    """Whose security work a path speaks of; NotFound for whoever may not know of the organization."""
    return programme_for(actor(request), slug)


def ticket(request: HttpRequest, slug: str, number: int) -> Ticket:
    """The ticket that a path names."""
    return ticket_for(readable(request, slug, Permission.TICKETS_READ), number)


def readable(request: HttpRequest, slug: str, permission: Permission) -> Programme:
    """The programme, for whoever may read such rows of it; the others are not told which rows there are."""
    whose = programme(request, slug)
    demand(request, permission, whose)
    return whose


def sent(request: HttpRequest) -> Any:
    """What a form takes: what was posted, or None."""
    return request.POST if request.method == "POST" else None


def page_of(ticket: Ticket) -> str:
    return reverse("admincenter:ticket", args=[ticket.programme.slug, ticket.number])
