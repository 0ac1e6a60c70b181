"""The sign-in page where organizations have providers of their own: the address comes first, and says where to go.

What is answered depends on the address's domain alone, so that nobody learns whether there is such a person.
Whoever has a password gets to it by one link, or by sending both at once.
"""

from django.http import HttpRequest, HttpResponseBase

from accounts.federation.enterprise.entrance import leave
from accounts.federation.enterprise.selectors import has_routes, route_of

from ..forms import AddressForm, SignInForm
from .common import posted, show_sign_in

# Of the query: the way that somebody has chosen.
WAY, PASSWORD = "way", "password"


def asked_for_address(request: HttpRequest, next_url: str | None) -> HttpResponseBase | None:
    """The page for the address, what comes of it, or None where the page for address and password is wanted."""
    if request.method == "POST" and "password" in request.POST:
        return None
    if request.GET.get(WAY) == PASSWORD or not has_routes():
        return None
    initial = {"login": request.GET.get("email", "")[:254]}
    form = AddressForm(posted(request), initial=initial)
    if request.method != "POST" or not form.is_valid():
        return show_sign_in(request, form, next_url=next_url)
    email = form.cleaned_data["login"]
    if (route := route_of(email)) is not None:
        return leave(request, route.provider, email=email, next_url=next_url or "")
    return show_sign_in(request, SignInForm(initial={"login": email}), next_url=next_url)
