"""A form whose consequences are shown before it is saved."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.access.dry_run import DryRun
from accounts.access.preview import Change
from accounts.organizations.models import Organization
from accounts.organizations.selectors import sites_of
from mago.core.forms import Form
from mago.core.ids import digest

from .common import form_page, section


def form_with_dry_run(
    request: HttpRequest,
    whose: Organization,
    form: Form,
    *,
    run: Callable[..., DryRun],
    tab: str,
    **page: Any,
) -> HttpResponse:
    """Saved when it is known that nobody gains or loses by it, or when just that was shown: `seen` says what was."""
    if request.method == "POST" and form.is_valid():
        data = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
        found, shown = run(**data), digest(json.dumps(data, sort_keys=True))
        if found.may_change and form.cleaned_data["seen"] != shown:
            # What the form took of somebody else's meanwhile is in it already, and not in what was sent.
            answered: Any = form.data.copy()  # type: ignore[attr-defined]
            answered["seen"] = shown
            form.data = answered
            rows = _named(request, whose, found.changes)
            context = {"form": form, "dry_run": found, "changes": rows, **page}
            return section(request, whose, "form", context, tab=tab)
    return form_page(request, whose, form, tab=tab, **page)


def _named(
    request: HttpRequest, whose: Organization, found: list[Change]
) -> list[tuple[Change, list[str]]]:
    """What changes alike for somebody, once, with the names of the places."""
    sites = {site.pk: site.name for site in sites_of(request.user, whose)}
    rows: dict[Any, tuple[Change, list[str]]] = {}
    for change in found:
        alike = (change.who, *change.gains, None, *change.losses)
        rows.setdefault(alike, (change, []))[1].append(_place(change, sites))
    return list(rows.values())


def _place(change: Change, sites: dict[UUID, str]) -> str:
    if (key := change.scope.site_id) is None:
        return _("the whole organization")
    site = sites.get(key, _("a site"))
    if change.hubs is None:
        return site
    if not (kind := " · ".join(filter(None, (change.hubs.model, *change.hubs.tags)))):
        return _("%(site)s, other hubs") % {"site": site}
    return _("%(site)s, hubs: %(kind)s") % {"site": site, "kind": kind}
