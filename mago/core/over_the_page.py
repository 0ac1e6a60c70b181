"""What is so of a page as a whole is told over it, where only a part of it has asked."""

from django.http import HttpResponse
from django_htmx.http import reselect, reswap, retarget


def over_the_page(notice: str) -> HttpResponse:
    """`notice` (HTML) for #signed-out of templates/layouts/admin.html, whatever of an answer the part would take."""
    whole = reselect(HttpResponse(notice), "unset")
    return retarget(reswap(whole, "innerHTML"), "#signed-out")
