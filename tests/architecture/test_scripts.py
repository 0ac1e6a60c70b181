"""What our scripts must never do; each thing on the list is how scripts elsewhere were turned against people."""

import re

import pytest

from .test_source import ROOT

pytestmark = pytest.mark.one_database

SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
NEVER = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setTimeout\(\s*[\"'`]"
    r"|localStorage|sessionStorage|indexedDB|document\.cookie|postMessage|__proto__|Object\.assign\(window"
)


def test_no_script_makes_code_or_markup_from_text_or_keeps_anything_in_the_browser() -> None:
    found = [
        (file.name, hit[0]) for file in SCRIPTS for hit in NEVER.finditer(file.read_text("utf-8"))
    ]
    assert found == []
    assert len(SCRIPTS) > 5


def test_every_script_is_a_module_of_ours() -> None:
    """The same file for everybody, from here, with names of its own; htmx, which is not ours, evaluates nothing."""
    tags = [
        tag
        for file in (ROOT / "templates").rglob("*.html")
        for tag in re.findall(r"<script[^>]*>", file.read_text("utf-8"))
    ]
    ours = re.compile(r"<script type=\"module\" src=\"{% static 'js/[a-z-]+\.js' %}\">")
    assert [tag for tag in tags if not ours.fullmatch(tag)] == []
    assert [f.name for f in SCRIPTS if re.search(r"\bwindow\.\w+\s*=[^=]", f.read_text())] == []
    assert '"allowEval": false' in (ROOT / "templates/layouts/admin.html").read_text()
