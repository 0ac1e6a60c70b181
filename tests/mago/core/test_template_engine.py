"""What a page was made of goes with it, and does not wait for the garbage collector."""

import gc
import weakref
from collections.abc import Iterator

import pytest
from django.template import TemplateDoesNotExist, engines
from django.template.loader import get_template
from django.test import RequestFactory


class Row:
    name = "alice"


@pytest.fixture(autouse=True)
def uncollected() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def test_the_rows_of_a_page_go_as_soon_as_it_is_rendered(rf: RequestFactory) -> None:
    row = Row()
    kept = weakref.ref(row)
    template = engines["django"].from_string("{% for row in rows %}{{ row.name }}{% endfor %}")

    assert template.render({"rows": [row]}, rf.get("/")) == "alice"

    del row
    assert kept() is None


def test_a_template_by_its_name_lets_its_rows_go_too(rf: RequestFactory) -> None:
    row = Row()
    kept = weakref.ref(row)

    assert get_template("404.html").render({"row": row}, rf.get("/"))

    del row
    assert kept() is None


def test_a_template_that_is_missing_within_another_is_named(rf: RequestFactory) -> None:
    template = engines["django"].from_string("{% include name %}")

    with pytest.raises(TemplateDoesNotExist, match=r"nowhere\.html"):
        template.render({"name": "nowhere.html"}, rf.get("/"))
