"""Django's template engine, whose pages go as soon as they are rendered.

Each RequestContext of Django's refers to itself, by the dictionaries in it. So all that a page was made of, its rows
above all, stayed until the garbage collector came by.
"""

from typing import Any

from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.backends import django as engine
from django.template.context import make_context


class Template(engine.Template):
    def render(
        self, context: dict[str, Any] | None = None, request: HttpRequest | None = None
    ) -> Any:
        made = make_context(context, request, autoescape=self.backend.engine.autoescape)
        try:
            return self.template.render(made)
        except TemplateDoesNotExist as error:
            engine.reraise(error, self.backend)
        finally:
            made.dicts.clear()


class Templates(engine.DjangoTemplates):
    def from_string(self, template_code: str) -> Template:
        return Template(super().from_string(template_code).template, self)

    def get_template(self, template_name: str) -> Template:
        return Template(super().get_template(template_name).template, self)
