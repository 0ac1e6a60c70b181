"""Parts of a page that are the same each time are rendered once.

    {% kept navigation=navigation sprite=sprite with email=user.email token=csrf_token %} … {% endkept %}

What stands inside sees the values that are named and nothing else of the page: no person, no token, no
request. So it is the same for the same values and language, and is kept in the process for as long as the
template is. A value is told from another by its hash: text, numbers, and objects that are made once.

What comes after `with` may differ each time and is not kept: it is put, escaped as ever, where a mark stands
for it in what was kept. Inside nothing can be asked of it, only where it goes; so a condition on it, or a
filter, belongs to the tag itself.
"""

import re
from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ..markup import escaped
from .each import MARK

register = template.Library()

MOST = 256
# What stands for a value. No filter for addresses changes it.
_MARKED = re.compile(rf"{MARK}k(\d\d)")


class Kept(Node):
    def __init__(
        self,
        inside: NodeList,
        values: dict[str, FilterExpression],
        differing: dict[str, FilterExpression],
    ) -> None:
        self.nodelist, self.values, self.differing = inside, values, list(differing.values())
        self._marks = {
            name: SafeString(f"{MARK}k{number:02}") for number, name in enumerate(differing)
        }
        self._known: dict[tuple[Any, ...], list[str]] = {}

    def render(self, context: Context) -> SafeString:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        key = (get_language(), *values.values())
        texts = self._known.get(key)
        if texts is None:
            if len(self._known) >= MOST:
                self._known.clear()
            inside = context.new(values | self._marks)
            # Text, a value's number, text, a value's number, …, text.
            texts = self._known[key] = _MARKED.split(self.nodelist.render(inside))
        if len(texts) == 1:
            return SafeString(texts[0])
        now = [escaped(value.resolve(context)) for value in self.differing]
        return SafeString(
            "".join(now[int(text)] if number % 2 else text for number, text in enumerate(texts))
        )


@register.tag
def kept(parser: Parser, token: Token) -> Kept:
    words = token.split_contents()[1:]
    values = token_kwargs(words, parser)
    differing = {}
    if words[:1] == ["with"]:
        del words[0]
        differing = token_kwargs(words, parser)
    if words or len(differing) > 100:
        raise template.TemplateSyntaxError("kept takes name=value, and after “with” name=value.")
    inside = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(inside, values, differing)
