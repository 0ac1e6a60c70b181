"""Pages that stand under one head: whose they are, its tabs, and where their templates lie."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.access.guards import actor
from mago.core.forms import Form

from .navigation import Permissions
from .pages import page, save_and_go
from .tabs import Tab, links


@dataclass(frozen=True)
class Frame:
    """`owner` is what the templates in `folder`, head.html among them, call whom the pages are of.

    With `within`, a tab is shown to whoever holds its permission at any place inside.
    """

    owner: str
    folder: str
    tabs: tuple[Tab, ...]
    within: bool = False

    def around(self, request: HttpRequest, whose: Any, tab: str) -> dict[str, Any]:
        """What the head shows; `tab` is the URL name of the one that the page belongs to."""
        held = Permissions(actor(request), whose, within=self.within)
        return {self.owner: whose, "held": held, "tabs": links(self.tabs, held, tab, whose.slug)}

    def section(
        self,
        request: HttpRequest,
        whose: Any,
        template: str,
        context: dict[str, Any] | None = None,
        *,
        tab: str,
        status: int = 200,
    ) -> HttpResponse:
        """A page in the frame."""
        context = self.around(request, whose, tab) | (context or {})
        return page(request, f"admincenter/{self.folder}/{template}.html", context, status=status)

    def form_page(
        self,
        request: HttpRequest,
        whose: Any,
        form: Form,
        *,
        tab: str,
        title: Any,
        save: Callable[..., Any],
        told: Any,
        to: str = "",
        back: str = "",
        template: str = "form",
        **context: Any,
    ) -> HttpResponse:
        """A form: shown, handed to the service, or shown again with what is wrong beside its fields.

        It leads to the page `to`, the tab without one, and back to there unless `back` is another.
        """
        to = to or reverse(f"admincenter:{tab}", args=[whose.slug])
        answer, status = save_and_go(request, form, save, told, to=to)
        if answer:
            return answer
        context |= {"form": form, "title": title, "back": back or to}
        return self.section(request, whose, template, context, tab=tab, status=status)
