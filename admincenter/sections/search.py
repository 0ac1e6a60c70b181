"""Search over everything, as a page and as the palette that opens over any page (Ctrl K)."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission

from ..forms import SearchForm
from ..navigation import Permissions, permissions
from ..pages import page
from ..selectors.search import search as find


@require(Permission.ORGANIZATIONS_READ, within=True)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    valid = form.is_valid()
    q = form.cleaned_data["q"] if valid else ""
    viewer = actor(request)
    anywhere = Permissions(viewer, within=True)
    context = {
        "crumb": _("Search"),
        "form": form,
        "search_query": q,
        "kinds": find(viewer, permissions(request), anywhere, q) if valid else [],
    }
    return page(request, "admincenter/search.html", context, status=200 if valid else 400)
