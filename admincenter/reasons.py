"""What is done to others is done for a reason, which the audit trail keeps."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from .forms import ReasonForm
from .pages import act, page


def with_reason(
    request: HttpRequest,
    action: Callable[[str], Any],
    told: Any,
    *,
    title: str,
    of: object,
    to: str,
    own: bool = False,
    form: ReasonForm | None = None,
) -> HttpResponse:
    """As `act`, with the reason that was sent; without one nothing is done, unless it is to what is one's `own`.

    What is done, in the words of its button, and to whom or what, is said by `title` and `of` where it is asked anew.
    """
    form = form or ReasonForm(request.POST)
    form.fields["reason"].required = not own
    if not form.is_valid():
        return ask_anew(request, form, title=title, of=of, to=to)
    return act(request, lambda: action(form.cleaned_data["reason"]), told, to=to)


def ask_anew(
    request: HttpRequest, form: ReasonForm, *, title: str, of: object, to: str
) -> HttpResponse:
    """The form with what was typed, and beside its field what is wrong; the way back is to the page `to`.

    It has a page of its own: on the one that it was sent from it lies folded, often in a row of many.
    """
    context = {"form": form, "title": title, "of": of, "back": to}
    return page(request, "admincenter/reason_asked.html", context, status=400)
