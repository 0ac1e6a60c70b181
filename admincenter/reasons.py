"""What is done to others is done for a reason, which the audit trail keeps."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from .forms import ReasonForm
from .pages import act


def with_reason(
    request: HttpRequest,
    action: Callable[[str], Any],
    told: Any,
    *,
    to: str,
    own: bool = False,
    form: ReasonForm | None = None,
) -> HttpResponse:
    """As `act`, with the reason that was sent; without one nothing is done, unless it is to what is one's `own`."""
    form = form or ReasonForm(request.POST)
    form.fields["reason"].required = not own
    if not form.is_valid():
        messages.error(request, _("Nothing was done: give a reason."))
        return redirect(to)
    return act(request, lambda: action(form.cleaned_data["reason"]), told, to=to)
