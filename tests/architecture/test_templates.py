"""Every template compiles; every page has a title; every mail has subject, text and HTML."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

pytestmark = pytest.mark.one_database

ROOT = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file())
PAGES = [
    name for name in TEMPLATES if re.search(r'{% extends "layouts/', (ROOT / name).read_text())
]
SHOWN = [name for name in TEMPLATES if not name.startswith("mail/")]
MAILS = sorted({name.split(".")[0] for name in TEMPLATES if re.match(r"mail/\w+/", name)})


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    return {name: (ROOT / name).read_text() for name in TEMPLATES}


def test_each_compiles() -> None:
    for name in TEMPLATES:
        get_template(name)


def test_each_page_has_a_title(sources: dict[str, str]) -> None:
    titled = r"{% block (full_)?title %}\s*\S"
    assert [name for name in PAGES if not re.search(titled, sources[name])] == []


def test_no_block_stands_in_a_slot(sources: dict[str, str]) -> None:
    """A slot is rendered by its element, which knows of no template that extends this one: the block stays empty."""
    slots = re.compile(r"{% slot .*?{% endslot %}", re.DOTALL)
    assert [name for name in SHOWN if "{% block " in "".join(slots.findall(sources[name]))] == []


def test_each_mail_has_subject_text_and_html() -> None:
    wanted = {f"{mail}.{part}" for mail in MAILS for part in ("subject.txt", "txt", "html")}
    assert wanted - set(TEMPLATES) == set()


def test_none_holds_an_inline_script_or_style(sources: dict[str, str]) -> None:
    """The content security policy would refuse it, in the browser and not in a test."""
    inline = r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)"
    found = {name: re.findall(inline, sources[name]) for name in SHOWN}
    assert {name: what for name, what in found.items() if what} == {}


def test_none_fetches_anything_from_elsewhere(sources: dict[str, str]) -> None:
    foreign = r"(?:src|href)=[\"']?(?:https?:)?//"
    assert [name for name in SHOWN if re.search(foreign, sources[name])] == []


def test_what_is_ticked_elsewhere_is_sent_as_what_is_ticked_here(sources: dict[str, str]) -> None:
    """js/selection.js knows the field's name from the form alone, where no box is left to tell it."""
    boxed = {
        name: re.findall(r'<input type="checkbox" name="(\w+)"[^>]* form="chosen"', text)
        for name, text in sources.items()
        if ' form="chosen"' in text
    }
    assert len(boxed) > 9
    for name, boxes in boxed.items():
        carried = re.findall(r'<form id="chosen" data-carried-as="(\w+)"', sources[name])
        assert boxes == (carried or ["row"]), name
    assert 'data-carried-as="row"' in sources["admincenter/chosen.html"]


def test_whatever_asks_by_itself_says_so(sources: dict[str, str]) -> None:
    """Else it leads the browser away to the sign-in once the session has ended, from under whoever is writing."""
    tags = [
        (name, tag)
        for name, text in sources.items()
        for tag in re.findall(r"<[a-z]+ [^<]*hx-trigger=[^<]*\bevery \d[^<]*", text)
    ]
    assert len(tags) > 9
    assert [name for name, tag in tags if "Mago-Asks-By-Itself" not in tag] == []


def test_no_form_puts_its_csrf_token_into_an_address(sources: dict[str, str]) -> None:
    forms = {name: re.findall(r"<form\b.*?</form>", sources[name], re.DOTALL) for name in SHOWN}
    by_get = {
        name: [
            one
            for one in found
            if 'method="get"' in one.lower() or "method=" not in one.split(">")[0]
        ]
        for name, found in forms.items()
    }
    assert [
        name for name, found in by_get.items() if any("csrf_token" in one for one in found)
    ] == []
