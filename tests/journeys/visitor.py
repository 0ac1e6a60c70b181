"""A browser without a screen: real HTTP, cookies, and forms filled in as the page shows them."""

import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from html.parser import HTMLParser
from http.client import HTTPMessage
from http.cookiejar import CookieJar


@dataclass(frozen=True)
class Page:
    status: int
    url: str
    text: str
    headers: HTTPMessage


class _Form(HTMLParser):
    """The inputs of the form that has a field of a name, with the values they come with."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.wanted, self.found = field, None
        self._fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "form":
            self._fields = {}
        name = attributes.get("name")
        if tag == "input" and name:
            self._fields[name] = attributes.get("value") or ""
            if name == self.wanted:
                self.found = self._fields


class Visitor:
    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        # Programs that tell people from scripts go by it.
        self._opener.addheaders = [("Accept", "text/html,*/*;q=0.8")]

    def get(self, path: str) -> Page:
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.base, path)))

    def submit(self, path: str, **fields: str) -> Page:
        """Opens the page, fills its form in and sends it; redirects are followed."""
        page = self.get(path)
        assert page.status == 200, page.text
        form = _Form(next(iter(fields), "csrfmiddlewaretoken"))
        form.feed(page.text)
        assert form.found is not None, f"no form with {list(fields)} at {page.url}"
        sent = {k: v for k, v in form.found.items() if k != "remember"} | fields
        request = urllib.request.Request(page.url, urllib.parse.urlencode(sent).encode())
        request.add_header("Origin", self.base)
        return self._open(request)

    def press(self, path: str, action: str, **button: str) -> Page:
        """Opens the page and sends its form that goes to `action`, by this button; redirects are followed."""
        _before, _action, after = self.get(path).text.partition(f'action="{action}"')
        form = _Form("csrfmiddlewaretoken")
        form.feed(after.partition("</form>")[0])
        assert form.found is not None, f"no form to {action} at {path}"
        url = urllib.parse.urljoin(self.base, action)
        request = urllib.request.Request(url, urllib.parse.urlencode(form.found | button).encode())
        request.add_header("Origin", self.base)
        return self._open(request)

    def ask(self, path: str, url: str) -> Page:
        """Opens the page at `path`, and asks `url` as its script does: by POST, with the page's token."""
        form = _Form("csrfmiddlewaretoken")
        form.feed(self.get(path).text)
        assert form.found is not None, f"no form at {path}"
        request = urllib.request.Request(urllib.parse.urljoin(self.base, url), b"")
        request.add_header("X-CSRFToken", form.found["csrfmiddlewaretoken"])
        request.add_header("Origin", self.base)
        return self._open(request)

    def _open(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=20) as answer:
                return Page(answer.status, answer.url, answer.read().decode(), answer.headers)
        except urllib.error.HTTPError as answer:
            with answer:
                return Page(answer.status, answer.url, answer.read().decode(), answer.headers)
