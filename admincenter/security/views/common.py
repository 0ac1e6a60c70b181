"""What the pages of a programme share: whose it is, their tabs, what a path speaks of, and what an action answers."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access.guards import actor, demand
from accounts.access.permissions import Permission
from mago.core.forms import Form

from ...navigation import Permissions
from ...pages import act, get_or_post, page, save_and_go
from ...tabs import Tab, links
from ..models import Programme, Ticket
from ..selectors.programmes import programme_for
from ..selectors.tickets import ticket_for

__all__ = [
    "act", "around", "form_page", "get_or_post", "page_of", "programme", "readable", "section", "sent", "ticket",
]  # fmt: skip

TABS = (
    Tab(_("Figures"), "security_figures", Permission.TICKETS_READ),
    Tab(_("Tickets"), "tickets", Permission.TICKETS_READ),
    Tab(_("Releases"), "releases", Permission.RELEASES_READ),
    Tab(_("Penetration tests"), "penetration_tests", Permission.PENETRATION_TESTS_READ),
    Tab(_("Risks"), "risks", Permission.RISKS_READ),
)


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


def around(request: HttpRequest, whose: Programme, tab: str) -> dict[str, Any]:
    """What templates/admincenter/security/head.html shows."""
    held = Permissions(actor(request), whose)
    return {"programme": whose, "held": held, "tabs": links(TABS, held, tab, whose.slug)}


def section(
    request: HttpRequest,
    whose: Programme,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    tab: str,
    status: int = 200,
) -> HttpResponse:
    """A page in the programme's frame, under the tab of that URL name."""
    context = around(request, whose, tab) | (context or {})
    return page(request, f"admincenter/security/{template}.html", context, status=status)


def form_page(
    request: HttpRequest,
    whose: Programme,
    form: Form,
    *,
    tab: str,
    title: Any,
    save: Callable[..., Any],
    told: Any,
    to: str,
    back: str = "",
    template: str = "form",
    **context: Any,
) -> HttpResponse:
    """A form: shown, handed to the service, or shown again with what is wrong beside its fields."""
    answer, status = save_and_go(request, form, save, told, to=to)
    if answer:
        return answer
    context |= {"form": form, "title": title, "back": back or to}
    return section(request, whose, template, context, tab=tab, status=status)


def page_of(ticket: Ticket) -> str:
    return reverse("admincenter:ticket", args=[ticket.programme.slug, ticket.number])
