"""A form whose consequences are shown before it is saved."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.access.preview import Change
from accounts.organizations.models import Organization, Site
from accounts.organizations.selectors import sites_of
from mago.core.forms import Form
from mago.core.ids import digest

from .common import form_page, section


def form_with_dry_run(
    request: HttpRequest,
    whose: Organization,
    form: Form,
    *,
    changes: Callable[..., list[Change]],
    tab: str,
    **page: Any,
) -> HttpResponse:
    """Saved when nobody gains or loses by it, or when just that was shown: `seen` says what was."""
    if request.method == "POST" and form.is_valid():
        data = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
        found, shown = changes(**data), digest(json.dumps(data, sort_keys=True))
        if found and form.cleaned_data["seen"] != shown:
            # What the form took of somebody else's meanwhile is in it already, and not in what was sent.
            answered: Any = form.data.copy()  # type: ignore[attr-defined]
            answered["seen"] = shown
            form.data = answered
            context = {"form": form, "changes": _named(request, whose, found), **page}
            return section(request, whose, "form", context, tab=tab)
    return form_page(request, whose, form, tab=tab, **page)


def _named(
    request: HttpRequest, whose: Organization, found: list[Change]
) -> list[tuple[Change, Site | None]]:
    """Each change with its site, where it is not of the whole organization."""
    sites = {site.pk: site for site in sites_of(request.user, whose)}
    return [(change, sites.get(change.scope.site_id)) for change in found]  # type: ignore[arg-type]
