"""What is edited by a form is held from the moment in which it is compared with what the page showed until it is saved:
whoever saves the same in that moment comes after, and is compared with what is saved by then.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from .errors import NotFound

View = TypeVar("View", bound=Callable[..., Any])


def hold(row: Model) -> None:
    """`row` is as it is stored now, and stays so until the transaction ends. NotFound where it is gone.

    One that was made here and not saved is as it is stored under its key, if it is.
    """
    # A manager without a scope: it is the very row that was just found in one. Rows that point to it may be made meanwhile.
    rows = type(row)._base_manager.select_for_update(no_key=True)
    known = rows.filter(pk=row.pk).first()
    if known is None:
        if row._state.adding:
            return
        raise NotFound
    for field in row._meta.concrete_fields:
        setattr(row, field.attname, getattr(known, field.attname))


def held(find: Callable[..., Any] | None = None) -> Callable[[View], View]:
    """For a view that shows an `EditForm` over a row, which is its last argument, and takes it back.

    The row is the one that the guard has found; where the path speaks of more, `find` finds it, for what the view
    would be given. Nothing in the view may wait for another server.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def holds(request: HttpRequest, *args: Any, **path: Any) -> HttpResponse:
            if find is not None:
                args, path = (*args, find(request, *args, **path)), {}
            if request.method != "POST":
                shown: HttpResponse = view(request, *args, **path)
                return shown
            with transaction.atomic():
                hold(args[-1])
                answer: HttpResponse = view(request, *args, **path)
            return answer

        holds.holds = True  # type: ignore[attr-defined]
        return holds  # type: ignore[return-value]

    return decorate
