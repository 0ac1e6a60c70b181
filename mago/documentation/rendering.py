"""A Markdown file as HTML: CommonMark with tables; raw HTML in it is shown as text, never obeyed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString, mark_safe

from . import links, source

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

_ONE_LINE = 32
_NOT_IN_AN_ANCHOR = re.compile(r"[^\w\- ]")


@dataclass(frozen=True)
class Heading:
    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Page:
    name: str
    title: str
    html: SafeString
    headings: tuple[Heading, ...]
    # Links that lead to nothing; a test sees to it that there are none.
    broken: tuple[str, ...]

    @property
    def sections(self) -> tuple[Heading, ...]:
        return tuple(heading for heading in self.headings if heading.level == 2)


def page(name: str) -> Page | None:
    """The page of this name, made when it is first asked for; None where there is no such file."""
    file = source.pages().get(name)
    # Of names that are no page nothing is kept: anybody can make up any number of them.
    return _made(name, file) if file else None


@cache
def _made(name: str, file: Path) -> Page:
    state: dict[str, Any] = {"file": file, "headings": [], "broken": []}
    html = _markdown().render(file.read_text("utf-8"), state)
    headings = tuple(state["headings"])
    title = next((heading.text for heading in headings if heading.level == 1), name)
    # Ours: from files of the product, by a renderer that escapes all that is not Markdown.
    return Page(name, title, mark_safe(html), headings, tuple(state["broken"]))  # noqa: S308


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    made.core.ruler.push("headings", _note_headings)
    made.core.ruler.push("links", _lead_links)
    made.core.ruler.push("cells", _shape_cells)
    made.add_render_rule("heading_open", _open_heading)
    made.add_render_rule("heading_close", _close_heading)
    made.add_render_rule("table_open", _open_table)
    made.add_render_rule("table_close", _close_table)
    made.add_render_rule("fence", _code)
    made.add_render_rule("code_block", _code)
    return made


def _note_headings(state: "StateCore") -> None:
    """Each heading gets an anchor, by the rule of the sites on which the files are read as well."""
    taken: dict[str, int] = {}
    for position, token in enumerate(state.tokens):
        if token.type != "heading_open":
            continue
        text = "".join(
            child.content
            for child in state.tokens[position + 1].children or ()
            if child.type in ("text", "code_inline")
        )
        anchor = _NOT_IN_AN_ANCHOR.sub("", text.strip().lower()).replace(" ", "-")
        again = taken.get(anchor, 0)
        taken[anchor] = again + 1
        anchor = f"{anchor}-{again}" if again else anchor
        token.attrSet("id", anchor)
        state.env["headings"].append(Heading(int(token.tag[1]), text, anchor))


def _lead_links(state: "StateCore") -> None:
    for token in _inline(state.tokens):
        attribute = {"link_open": "href", "image": "src"}.get(token.type)
        if attribute is None:
            continue
        written = str(token.attrGet(attribute))
        to = links.address(written, state.env["file"])
        if to is None:
            state.env["broken"].append(written)
        token.attrSet(attribute, to or "#")


def _shape_cells(state: "StateCore") -> None:
    """By classes: our policy obeys no style that stands in a page. What is short stays on one line."""
    for position, token in enumerate(state.tokens):
        if token.type in ("th_open", "td_open"):
            is_long = len(state.tokens[position + 1].content) > _ONE_LINE
            if token.attrs.pop("style", None):
                token.attrJoin("class", "number")
            if is_long:
                token.attrJoin("class", "wrap")


def _inline(tokens: list["Token"]) -> Iterator["Token"]:
    return (child for token in tokens for child in token.children or ())


def _open_heading(_: Any, tokens: list["Token"], at: int, *__: Any) -> str:
    """A heading leads to itself, so that its address can be copied; the first one is the page's own."""
    tag, anchor = tokens[at].tag, tokens[at].attrGet("id")
    link = f'<a href="#{anchor}">' if tag != "h1" else ""
    return f'<{tag} id="{anchor}">{link}'


def _close_heading(_: Any, tokens: list["Token"], at: int, *__: Any) -> str:
    tag = tokens[at].tag
    return f"{'</a>' if tag != 'h1' else ''}</{tag}>\n"


def _open_table(*_: Any) -> str:
    """A wide table moves under the finger and by the keyboard, and not the page with it."""
    return '<div class="table-wrap" tabindex="0"><table class="table">\n'


def _close_table(*_: Any) -> str:
    return "</table></div>\n"


def _code(_: Any, tokens: list["Token"], at: int, *__: Any) -> str:
    from markdown_it.common.utils import escapeHtml

    return f'<pre tabindex="0"><code>{escapeHtml(tokens[at].content)}</code></pre>\n'
