"""Every template compiles; every page has a title; every mail has subject, text and HTML."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file())
PAGES = [
    name for name in TEMPLATES if re.search(r'{% extends "layouts/', (ROOT / name).read_text())
]
MAILS = sorted({name.split(".")[0] for name in TEMPLATES if re.match(r"mail/\w+/", name)})


@pytest.mark.parametrize("name", TEMPLATES)
def test_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_page_has_a_title(name: str) -> None:
    assert re.search(r"{% block (full_)?title %}\s*\S", (ROOT / name).read_text())


@pytest.mark.parametrize("name", MAILS)
def test_mail_has_subject_text_and_html(name: str) -> None:
    assert {f"{name}.subject.txt", f"{name}.txt", f"{name}.html"} <= set(TEMPLATES)


@pytest.mark.parametrize("name", [name for name in TEMPLATES if not name.startswith("mail/")])
def test_holds_no_inline_script_or_style(name: str) -> None:
    """The content security policy would refuse it, in the browser and not in a test."""
    source = (ROOT / name).read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)


@pytest.mark.parametrize("name", [name for name in TEMPLATES if not name.startswith("mail/")])
def test_fetches_nothing_from_elsewhere(name: str) -> None:
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", (ROOT / name).read_text())
