"""Every text that people read is translated, and what is committed is what runs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

pytestmark = [pytest.mark.one_database, pytest.mark.slow]

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
CATALOGUES = sorted((ROOT / "locale").glob("*/LC_MESSAGES/django.po"))

# Not translated on purpose: the product's name, a mail header's, and sample words that only
# developers see.
SAME_IN_ALL_LANGUAGES = {"Mago", "· Mago", "Message-ID"}
FOR_DEVELOPERS = {"dev/elements.html"}

Text = tuple[str, str, str]  # context, one, many


def modules() -> list[Path]:
    folders = ("mago", "accounts", "hubs", "admincenter")
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py")]


CALL = re.compile(r"""\b(n?p?gettext|_)\(((?:u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")[, ]*)+)""")
LITERAL = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def text(function: str, literals: list[str]) -> Text:
    context = literals.pop(0) if "pgettext" in function else ""
    return context, literals[0], literals[1] if function.startswith("n") else ""


def texts_in_python(path: Path) -> Iterator[Text]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        function = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if re.fullmatch(r"n?p?gettext(_lazy|_noop)?|_", function):
            values = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            if literals := [value for value in values if isinstance(value, str)]:
                yield text(function, literals)


def texts_in_template(path: Path) -> Iterator[Text]:
    for function, literals in CALL.findall(templatize(path.read_text())):
        yield text(function, [ast.literal_eval(literal) for literal in LITERAL.findall(literals)])


def texts_in_the_source() -> set[Text]:
    found = {found for path in modules() for found in texts_in_python(path)}
    return found | {found for path in TEMPLATES for found in texts_in_template(path)}


def translations(entry: polib.POEntry | polib.MOEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def everything(catalogue: polib.POFile | polib.MOFile) -> dict[Text, list[str]]:
    return {(e.msgctxt or "", e.msgid, e.msgid_plural): translations(e) for e in catalogue}


@pytest.fixture(params=CATALOGUES, ids=lambda path: path.parts[-3])
def catalogue(request: pytest.FixtureRequest) -> polib.POFile:
    return polib.pofile(str(request.param))


def test_every_language_has_a_catalogue() -> None:
    languages = {code for code, _ in settings.LANGUAGES} - {settings.LANGUAGE_CODE}
    assert {path.parts[-3] for path in CATALOGUES} == languages


def test_holds_every_text_of_the_source_and_no_other(catalogue: polib.POFile) -> None:
    source, known = texts_in_the_source(), set(everything(catalogue))
    assert (source - known, known - source) == (set(), set())


def test_everything_is_translated(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue if not all(translations(entry))] == []
    assert [entry.msgid for entry in catalogue if entry.fuzzy or entry.obsolete] == []
    assert not catalogue.metadata_is_fuzzy


def test_placeholders_are_kept(catalogue: polib.POFile) -> None:
    for entry in catalogue:
        wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for translation in translations(entry):
            assert set(PLACEHOLDER.findall(translation)) == wanted, entry.msgid


def test_the_compiled_file_is_up_to_date(catalogue: polib.POFile) -> None:
    compiled = polib.mofile(catalogue.fpath[:-2] + "mo")
    assert everything(compiled) == everything(catalogue)
    assert compiled.metadata["Plural-Forms"] == catalogue.metadata["Plural-Forms"]


def test_no_lazy_text_is_filled_in_too_early() -> None:
    """`gettext_lazy(…) % …` is made where it stands, in the language of the start: format_lazy waits."""
    for path in modules():
        tree = ast.parse(path.read_text())
        lazy = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
            if alias.name.endswith("gettext_lazy")
        }
        early = [
            node.lineno
            for node in ast.walk(tree)
            if isinstance(node, ast.BinOp | ast.Attribute)
            and isinstance(call := getattr(node, "left", getattr(node, "value", None)), ast.Call)
            and getattr(call.func, "id", "") in lazy
        ]
        assert early == [], path


UNREAD = re.compile(
    r"{#.*?#}|{% comment %}.*?{% endcomment %}|{% block \w*class %}[^{]*|<style>.*?</style>",
    re.DOTALL,
)
TRANSLATED = re.compile(r"{% blocktranslate.*?{% endblocktranslate %}", re.DOTALL)
TAG_TEXT = re.compile(r'\b(?:\w*title|label|text|note|button|help|alt)="([^"{}]+)"')
ATTRIBUTE = re.compile(r'\b(?:aria-label|title|alt|placeholder)="([^"]+)"')


def untranslated(source: str) -> list[str]:
    """Words that a reader would see in English whatever their language; a guess by what looks so."""
    source = TRANSLATED.sub("", UNREAD.sub("", source))
    tags = re.findall(r"{%.*?%}", source)
    found = [value for tag in tags for value in TAG_TEXT.findall(tag)]
    source = re.sub(r"{%.*?%}|{{.*?}}|\[\[.*?\]\]", "\0", source, flags=re.DOTALL)
    found += ATTRIBUTE.findall(source)
    found += re.sub(r"<[^>]*>", "\0", source).split("\0")
    return [
        words
        for words in (" ".join(piece.replace("\0", " ").split()) for piece in found)
        if re.search(r"[^\W\d_]{2,}", re.sub(r"&\w+;", "", words))
        and words not in SAME_IN_ALL_LANGUAGES
    ]


def test_no_template_shows_untranslated_words() -> None:
    names = {path.relative_to(ROOT / "templates").as_posix(): path for path in TEMPLATES}
    found = {
        name: untranslated(path.read_text())
        for name, path in names.items()
        if name not in FOR_DEVELOPERS
    }
    assert {name: words for name, words in found.items() if words} == {}


def test_untranslated_words_are_seen() -> None:
    assert untranslated('<p class="muted">Hello {{ name }} [[ name ]]</p>') == ["Hello"]
    assert untranslated('<a aria-label="Close it">×</a>') == ["Close it"]
    assert untranslated('{% element card title="Facts" %}') == ["Facts"]
    assert untranslated("{% if a > b %}{# no #}{% translate 'Yes' %}{% endif %}") == []
