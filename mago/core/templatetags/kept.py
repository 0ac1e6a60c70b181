"""Parts of a page that are the same each time are rendered once.

    {% kept navigation=navigation sprite=sprite %} … {% endkept %}

What stands inside sees the values that are named and nothing else of the page: no person, no token, no
request. So it is the same for the same values and language, and is kept in the process for as long as the
template is. A value is told from another by its hash: text, numbers, and objects that are made once.
"""

from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

MOST = 256


class Kept(Node):
    def __init__(self, inside: NodeList, values: dict[str, FilterExpression]) -> None:
        self.nodelist, self.values = inside, values
        self._known: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        key = (get_language(), *values.values())
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MOST:
                self._known.clear()
            found = self._known[key] = self.nodelist.render(context.new(values))
        return found


@register.tag
def kept(parser: Parser, token: Token) -> Kept:
    words = token.split_contents()[1:]
    values = token_kwargs(words, parser)
    if words:
        raise template.TemplateSyntaxError("kept takes name=value alone.")
    inside = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(inside, values)
