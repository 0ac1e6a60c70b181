"""One hub: how it is, what it proves itself with, what it was asked to do; and what can be done with it."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.access.step_up import step_up
from hubs import services
from hubs.life.selectors import CHART_HOURS, hours_of, look_at, presence_of
from hubs.models import Hub
from hubs.operations.grouping import set_tags
from hubs.operations.selectors import tasks_of_hub
from hubs.selectors import credentials_of
from mago.core.form_pages import get_or_post, posted
from mago.core.holding import held

from ...charts import Chart, Series, line_chart
from ...navigation import Permissions
from ...once import once
from ...reasons import with_reason
from ...selectors.hubs import events_of_hub, last_failure_of, reconnect_tokens_of
from .common import act, form_page, section
from .common import hub as the_hub
from .enrolment import show_code
from .forms.hubs import HubForm, ReasonForm, hub_values

TAB = "fleet"
EVENTS, TASKS, CREDENTIALS, TOKENS = 15, 10, 12, 5


@require(Permission.HUBS_READ, of=the_hub)
@require_safe
def hub(request: HttpRequest, hub: Hub) -> HttpResponse:
    held = Permissions(actor(request), hub)
    sees_trail = Permission.AUDIT_READ in held
    look_at([hub])
    hours = hours_of(hub)
    context = {
        "hub": hub,
        "may": held,
        "presence": presence_of(hub),
        "tags": list(hub.tags.order_by("name")),
        "groups": list(hub.groups.of(hub.organization).order_by("name")),
        "credentials": credentials_of(hub)[:CREDENTIALS],
        "reconnect_tokens": reconnect_tokens_of(hub, TOKENS),
        "tasks": tasks_of_hub(hub, TASKS),
        "events": events_of_hub(hub, EVENTS) if sees_trail else [],
        "failure": last_failure_of(hub) if sees_trail else None,
        "outages": list(hub.outages.order_by("-began_at")[:5]),
        "chart": _beats(hub, hours),
        "heat": _heat(hub, hours),
        "form": ReasonForm(None),
        "now": timezone.now(),
        "trail_url": reverse("admincenter:organization_audit", args=[hub.organization.slug]),
    }
    return section(request, hub.organization, "hub", context, tab=TAB)


def _names(hub: Hub, hours: list[Any]) -> list[str]:
    zone = ZoneInfo(hub.site.time_zone)
    return [f"{hour.start.astimezone(zone):%H:00}" for hour in hours]


def _beats(hub: Hub, hours: list[Any]) -> Chart:
    figures = [hour.beats for hour in hours]
    words = {"number": sum(figures), "hours": CHART_HOURS, "heard": sum(map(bool, figures))}
    return line_chart(
        _names(hub, hours),
        [Series(_("Heartbeats"), figures)],
        title=_("Heartbeats an hour"),
        text=_("%(number)d heartbeats in %(hours)d hours; the hub was heard in %(heard)d of them.")
        % words,
    )


def _heat(hub: Hub, hours: list[Any]) -> Chart | None:
    known = [hour.hottest for hour in hours if hour.hottest is not None]
    if not known:
        return None
    # The chart begins at nought; a hub is not used where it is colder.
    figures = [max(0, round(hour.hottest or 0)) for hour in hours]
    return line_chart(
        _names(hub, hours),
        [Series(_("Highest temperature (°C)"), figures)],
        title=_("Temperature"),
        text=_("At most %(hottest)s °C in the last %(hours)d hours.")
        % {"hottest": number_format(max(known), 1, use_l10n=True), "hours": CHART_HOURS},
    )


@require(Permission.HUBS_EDIT, of=the_hub)
@get_or_post
@held()
def edit(request: HttpRequest, hub: Hub) -> HttpResponse:
    viewer, whose = actor(request), hub.organization
    tags = [tag.name for tag in hub.tags.order_by("name")]

    def save(tags: list[str], **data: Any) -> None:
        set_tags(hub=hub, tags=tags, actor=viewer)
        services.edit_hub(hub=hub, actor=viewer, **data)

    return form_page(
        request,
        whose,
        HubForm(posted(request), viewer=viewer, organization=whose, initial=hub_values(hub, tags)),
        tab=TAB,
        title=str(hub),
        save=save,
        told=_("Saved."),
        to=_page_of(hub),
    )


@require(Permission.HUBS_EDIT, of=the_hub)
@require_POST
def quarantine(request: HttpRequest, hub: Hub) -> HttpResponse:
    told = _("The hub is quarantined: it may only tell how it is, and update itself.")
    return _with_reason(request, hub, services.quarantine_hub, told, title=_("Quarantine"))


@require(Permission.HUBS_EDIT, of=the_hub)
@require_POST
def suspend(request: HttpRequest, hub: Hub) -> HttpResponse:
    told = _("The hub is suspended.")
    return _with_reason(request, hub, services.suspend_hub, told, title=_("Suspend"))


@require(Permission.HUBS_EDIT, of=the_hub)
@step_up()
@require_POST
def lock_down(request: HttpRequest, hub: Hub) -> HttpResponse:
    told = _("The hub is locked down: refused from its next request on, and its owners are told.")
    return _with_reason(request, hub, services.lock_down_hub, told, title=_("Lock down"))


@require(Permission.HUBS_EDIT, of=the_hub)
@require_POST
def reactivate(request: HttpRequest, hub: Hub) -> HttpResponse:
    told = _("The hub may do again all that hubs do.")
    return _with_reason(request, hub, services.reactivate_hub, told, title=_("Reactivate"))


@require(Permission.HUBS_RETIRE, of=the_hub)
@require_POST
def retire(request: HttpRequest, hub: Hub) -> HttpResponse:
    told = _("The hub is retired.")
    return _with_reason(request, hub, services.retire_hub, told, title=_("Retire"))


@require(Permission.HUBS_EDIT, of=the_hub)
@require_POST
def revoke(request: HttpRequest, hub: Hub) -> HttpResponse:
    told = _("The hub’s credentials are revoked. It comes back by a new enrolment only.")
    title = _("Revoke its credentials")
    return _with_reason(request, hub, services.revoke_credentials, told, title=title)


@require(Permission.HUBS_ROTATE, of=the_hub)
@require_POST
def rotate(request: HttpRequest, hub: Hub) -> HttpResponse:
    return act(
        request,
        lambda: services.ask_for_rotation(hub=hub, actor=actor(request)),
        _("The hub is told at its next sign-in to make itself a new credential."),
        to=_page_of(hub),
    )


@require(Permission.HUBS_ENROL, of=the_hub)
@require_POST
@once
def reenrol(request: HttpRequest, hub: Hub) -> HttpResponse:
    """A code for this hub alone; it is in this answer and nowhere else."""
    return show_code(request, hub.organization, hub=hub)


def _with_reason(
    request: HttpRequest, hub: Hub, service: Callable[..., Any], told: str, *, title: str
) -> HttpResponse:
    return with_reason(
        request,
        lambda reason: service(hub=hub, reason=reason, actor=actor(request)),
        told,
        title=title,
        of=hub,
        to=_page_of(hub),
    )


def _page_of(hub: Hub) -> str:
    return reverse("admincenter:hub", args=[hub.organization.slug, hub.pk])
