"""Controls of the filters above lists, written without templates.

Django renders a template for each field, one for its control and one for each option of a select: half of
what a page of a list would take.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.utils.choices import BaseChoiceIterator
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from mago.core.markup import fill

NOTHING = SafeString("")
SELECTED = SafeString(" selected")


class InLanguage(BaseChoiceIterator):
    """Choices that depend on the reader's language alone. Those of a function are gone through anew at each look."""

    def __init__(self, make: Callable[[str], Sequence[tuple[str, str]]]) -> None:
        self.make = make

    def __iter__(self) -> Iterator[Any]:
        return iter(self.make(get_language() or ""))


class Select(forms.Select):
    """A select without groups, which writes its options itself, and those of each language once."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = frozenset(self.format_value(value))
        options = _options(get_language(), tuple(self.choices), chosen)
        attributes = flatatt(self.build_attrs(self.attrs, attrs))
        return fill('<select name="{}"{}>{}</select>', name, attributes, options)


class Suggesting(forms.TextInput):
    """A line of text; while one types, what fits of `suggestions` is offered."""

    def __init__(self, attrs: Any = None) -> None:
        super().__init__({"autocomplete": "off", **(attrs or {})})
        self.suggestions: Sequence[str] = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        key = f"{name}-suggestions"
        line = super().render(name, value, {**(attrs or {}), "list": key}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((one,) for one in self.suggestions))  # fmt: skip
        return fill('{}<datalist id="{}">{}</datalist>', line, key, options)


@lru_cache(maxsize=256)
def _options(
    language: str, choices: tuple[tuple[Any, Any], ...], chosen: frozenset[str]
) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((key, SELECTED if str(key) in chosen else "", label) for key, label in choices),
    )


class Renderer(TemplatesSetting):
    """Writes what django/forms/field.html and Django's own template of an input write; all else by templates."""

    def render(self, template_name: str, context: Any, request: Any = None) -> SafeString:
        if template_name == self.field_template_name and _is_plain(context["field"]):
            return _field(context["field"])
        if "widget" in context and context["widget"]["template_name"] in _INPUTS:
            return _input(context["widget"])
        return SafeString(super().render(template_name, context, request))


_INPUTS = {
    widget.template_name
    for widget in (forms.TextInput, forms.SearchInput, forms.NumberInput, forms.DateInput)
}


def _is_plain(field: BoundField) -> bool:
    return not field.use_fieldset and field.widget_type != "checkbox"


def _field(field: BoundField) -> SafeString:
    optional = NOTHING
    if not field.field.required:
        optional = fill(' <span class="optional">{}</span>', gettext("(optional)"))
    help_text = NOTHING
    if field.help_text:
        help_text = fill(
            '<div class="help" id="{}_helptext">{}</div>',
            field.auto_id,
            SafeString(field.help_text),
        )
    return fill(
        '<div class="field"><label for="{}">{}{}</label><div class="control">{}</div>{}{}</div>',
        field.id_for_label,
        field.label,
        optional,
        field,
        field.errors or NOTHING,
        help_text,
    )


def _input(widget: Any) -> SafeString:
    value = widget["value"]
    return fill(
        '<input type="{}" name="{}"{}{}>',
        widget["type"],
        widget["name"],
        NOTHING if value is None else fill(' value="{}"', value),
        flatatt(widget["attrs"]),
    )
