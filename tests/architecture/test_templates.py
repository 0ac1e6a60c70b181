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
