"""What belongs to no slice: the home page, and a visitor's preferences."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST, require_safe

from mago.core.context_processors import THEMES
from mago.core.guards import public
from mago.core.http import remember_language, safe_next

A_YEAR = 365 * 24 * 3600


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html")


@public
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Theme and language, kept in the browser; values that do not exist change nothing."""
    response = redirect(safe_next(request.POST.get("next")) or "home")
    theme, language = request.POST.get("theme", ""), request.POST.get("language", "")
    if theme in THEMES:
        response.set_cookie(
            "theme", theme, max_age=A_YEAR, secure=settings.IS_HTTPS, samesite="Lax"
        )
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        remember_language(response, language)
    return response


@public
@require_safe
def elements(request: HttpRequest) -> HttpResponse:
    """The components of the pages, side by side; mounted where Mago is being tried out."""
    return render(request, "dev/elements.html")


@public
@require_safe
def change_password(request: HttpRequest) -> HttpResponse:
    """Where a password manager sends people (W3C, A Well-Known URL for Changing Passwords)."""
    return redirect("account_change_password")
