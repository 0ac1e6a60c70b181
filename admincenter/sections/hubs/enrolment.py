"""How hubs come in: codes, one at a time or for many, and lists of those that are on their way."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization
from hubs import services
from hubs.models import EnrolmentCode, Hub
from hubs.services.imports import COLUMNS, NEEDED_COLUMNS
from mago.core import qr
from mago.core.errors import NotFound, Refused
from mago.core.form_pages import get_or_post, posted

from ...bulk import hubs as bulk
from ...bulk.ways import way_to_choose
from ...columns import columns_of
from ...exports import set_up
from ...exports.ways import way_to_export
from ...lists import LARGEST_LIST
from ...once import nothing_made, once, shown_once
from ...pages import asked_by_itself, list_page, submit
from ...selectors.hubs import find_codes, room_for
from .common import act, around, code, organization, section
from .forms.enrolment import ColumnsForm, EnrolForm, ImportForm
from .forms.filters import CodeFilters

TAB = "hub_codes"
SHOWN_LINES = 200


@require(Permission.HUB_CODES_READ, of=organization, within=True)
@require_safe
def codes(request: HttpRequest, whose: Organization) -> HttpResponse:
    return list_page(
        request,
        "admincenter/hubs/codes.html",
        title=_("Enrolment codes"),
        filters=CodeFilters(request.GET, viewer=actor(request), organization=whose),
        find=lambda **chosen: find_codes(actor(request), whose, **chosen),
        **way_to_choose(request, bulk.Codes, whose),
        **way_to_export(request, set_up.EnrolmentCodes, whose),
        **around(request, whose, TAB),
    )


@require(Permission.HUBS_ENROL, of=organization, within=True)
@get_or_post
@once
def enrol(request: HttpRequest, whose: Organization) -> HttpResponse:
    """First where, then the code: it is in the answer to the form and nowhere else."""
    viewer = actor(request)
    form = EnrolForm(
        posted(request), viewer=viewer, organization=whose, initial=_place(request, whose)
    )

    def make(days: Any, **data: Any) -> tuple[EnrolmentCode, str]:
        return services.create_enrolment_code(
            organization=whose, actor=viewer, lifetime=days, **data
        )

    made, status = submit(form, make)
    if made:
        return _code_page(request, whose, *made)
    context = {"form": form, "title": _("Enrol hubs"), "steps": steps(), "step": 1}
    return section(request, whose, "enrol", context, tab=TAB, status=status)


def _place(request: HttpRequest, whose: Organization) -> dict[str, str]:
    """What the form begins with where the address names a room, as the list of rooms does."""
    if not (key := request.GET.get("room", "")):
        return {}
    try:
        room = room_for(actor(request), whose, UUID(key))
    except ValueError:
        raise NotFound from None
    return {"site": str(room.site_id), "room": room.name}


def steps() -> list[str]:
    return [_("Where"), _("The code"), _("They come in")]


def show_code(request: HttpRequest, whose: Organization, *, hub: Hub) -> HttpResponse:
    """A new code for a hub that is enrolled already, or its page with the reason why there is none."""
    try:
        made = services.create_enrolment_code(organization=whose, actor=actor(request), hub=hub)
    except Refused as refusal:
        nothing_made(request)
        messages.error(request, str(refusal.detail))
        return redirect("admincenter:hub", whose.slug, hub.pk)
    return _code_page(request, whose, *made)


def _code_page(
    request: HttpRequest, whose: Organization, row: EnrolmentCode, text: str
) -> HttpResponse:
    shown_once(request, reverse(f"admincenter:{TAB}", args=[whose.slug]))
    context = {
        "row": row,
        "code": text,
        "picture": qr.svg(f"mago-hub:?server={settings.MAGO_BASE_URL}&code={text}"),
        "server": settings.MAGO_BASE_URL,
        "steps": steps(),
        "step": 2,
    }
    return section(request, whose, "code", context, tab=TAB, status=201)


@require(Permission.HUBS_ENROL, of=code)
@require_safe
def progress(request: HttpRequest, row: EnrolmentCode) -> HttpResponse:
    """How many have come in by the code; asked by its page every few seconds."""
    asked_by_itself(request)
    context = {"row": row, "used": row.uses - row.uses_left, "now": timezone.now()}
    return render(request, "admincenter/hubs/code_progress.html", context)


@require(Permission.HUBS_ENROL, of=code)
@require_POST
def revoke(request: HttpRequest, row: EnrolmentCode) -> HttpResponse:
    return act(
        request,
        lambda: services.revoke_enrolment_code(code=row, actor=actor(request)),
        _("The code is taken back: it lets nobody in any more."),
        to=reverse(f"admincenter:{TAB}", args=[row.organization.slug]),
    )


def _columns_to_match(request: HttpRequest, form: ImportForm) -> ColumnsForm | None:
    """The form that asks which column holds what, perhaps filled in; none where ours are used, or nothing came."""
    if "column_serial" in request.POST:
        return ColumnsForm(request.POST, text=request.POST.get("text", "")[:LARGEST_LIST])
    if not (form.is_bound and form.is_valid()):
        return None
    text = form.cleaned_data["text"]
    columns = set(columns_of(text))
    if (
        columns <= set(COLUMNS)
        and columns >= set(NEEDED_COLUMNS)
        and ";" not in text.partition("\n")[0]
    ):
        return None
    return ColumnsForm(None, text=text)


@require(Permission.HUBS_ENROL, of=organization, within=True)
@get_or_post
def import_list(request: HttpRequest, whose: Organization) -> HttpResponse:
    """A list, its columns where they have other names than ours, and what it would do; then it is done."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm(None)
    try:
        if columns := _columns_to_match(request, form):
            if not columns.is_valid():
                status = 400 if columns.is_bound else 200
                return section(
                    request, whose, "import_columns", {"form": columns}, tab=TAB, status=status
                )
            form = ImportForm({"text": columns.renamed})
    except Refused as refusal:
        form.refuse(refusal)
    wanted = "confirm" in request.POST

    def read(text: str) -> Any:
        lines = services.import_hubs(
            organization=whose, text=text, actor=actor(request), dry_run=not wanted
        )
        return text, lines

    found, status = submit(form, read)
    context: dict[str, Any] = {"form": form}
    if found:
        text, lines = found
        wrong = [line for line in lines if line.errors]
        if wanted and not wrong:
            told = ngettext(
                "%(n)s hub is expected now.", "%(n)s hubs are expected now.", len(lines)
            )
            messages.success(request, told % {"n": len(lines)})
            return redirect(reverse("admincenter:fleet", args=[whose.slug]) + "?state=expected")
        status = 400 if wrong else 200
        shown = (wrong or lines)[:SHOWN_LINES]
        context |= {"text": text, "lines": lines, "wrong": wrong, "shown": shown}
    return section(request, whose, "import", context, tab=TAB, status=status)
