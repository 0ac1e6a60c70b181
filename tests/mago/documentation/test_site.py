"""The documentation as it is served: whole, without a dead link, and nothing but itself."""

import re
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from django.test import Client

from mago.documentation import rendering, source
from mago.documentation.contents import contents
from tests.conftest import Browser
from tests.pictures import LARGEST, PICTURES
from tests.running import ROOT

pytestmark = pytest.mark.one_database


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a folder with one page of this text the documentation, and gives what is made of it."""

    def write(text: str) -> rendering.Page:
        path = tmp_path / "one.md"
        path.write_text(text)
        monkeypatch.setattr(source, "FOLDER", tmp_path)
        monkeypatch.setattr(source, "pages", lambda: MappingProxyType({"one": path}))
        monkeypatch.setattr(source, "images", lambda: MappingProxyType({}))
        page = rendering.page("one")
        assert page is not None
        return page

    return write


@pytest.mark.slow
def test_every_link_and_every_anchor_on_the_site_leads_somewhere() -> None:
    pages = {name: rendering.page(name) for name in source.pages()}
    anchors = {
        f"/docs/{name}/" if name else "/docs/": {heading.anchor for heading in page.headings}
        for name, page in pages.items()
        if page
    }
    wrong = []
    for name, page in pages.items():
        assert page
        own = f"/docs/{name}/" if name else "/docs/"
        wrong += [(name, link) for link in page.broken]
        for link in re.findall(r'href="([^"]*)"', page.html):
            path, _, anchor = link.partition("#")
            if anchor and (not path or path in anchors) and anchor not in anchors[path or own]:
                wrong.append((name, link))
    assert wrong == []


def test_every_link_of_the_readme_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)", (ROOT / "README.md").read_text())
    assert len(links) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_page_is_in_the_contents() -> None:
    """By itself, or by the page of its folder."""
    listed = {entry.url for reader in contents() for entry in reader.entries}
    folders = {
        f"/docs/{name}/": rendering.page(name)
        for name, path in source.pages().items()
        if name and path.name == source.INDEX
    }
    for url, page in folders.items():
        if page and url in listed:
            listed |= set(re.findall(r'href="([^"#]+)"', page.html))
    addresses = {f"/docs/{name}/" for name in source.pages() if name}
    assert addresses - listed == set()
    assert [reader.title for reader in contents()][:3] == ["People", "Administrators", "Makers of hubs"]  # fmt: skip


def test_a_stranger_reads_a_page_in_the_look_of_the_product(client: Client) -> None:
    page = client.get("/docs/operations/install/")
    assert page.status_code == 200
    text = page.content.decode()
    assert '<h1 id="install">Install</h1>' in text
    assert '<a href="/docs/configuration/">configuration</a>' in text
    assert 'aria-current="page">Install</a>' in text
    assert '<a href="#kubernetes">Kubernetes</a>' in text
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe-inline" not in page["Content-Security-Policy"]
    assert " style=" not in text


def test_the_index_is_the_table_of_contents(client: Client) -> None:
    text = client.get("/docs/").content.decode()
    assert '<h2 id="operators"><a href="#operators">Operators</a></h2>' in text
    assert '<a href="/docs/decisions/">Decisions</a>' in text


def test_what_is_no_page_of_ours_is_not_found(client: Client) -> None:
    paths = (
        "nothing", "../README", "..%2FREADME", "../../etc/passwd", "%2e%2e/pyproject", "decisions/../../README",
        "README.md", "api-schema.txt", "/etc/passwd", "operations", "a\x00b", "images",
    )  # fmt: skip
    assert [path for path in paths if client.get(f"/docs/{path}/").status_code != 404] == []
    images = ("nothing.png", "..%2f..%2fpyproject.toml", "../README.md", "%00.png")
    found = [client.get(f"/docs/images/{one}", follow=True).status_code for one in images]
    assert found == [404] * len(images)


def test_an_image_is_served_as_what_it_is_and_obeyed_in_nothing(client: Client) -> None:
    image = client.get("/docs/images/overview.webp")
    assert (image.status_code, image["Content-Type"]) == (200, "image/webp")
    assert image["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert image["X-Content-Type-Options"] == "nosniff"
    assert image.getvalue().startswith(b"RIFF")


def test_every_picture_is_shown_and_light() -> None:
    """`bin/test --pictures` takes them anew; what has its name in no page would only lie there."""
    texts = [file.read_text() for file in (*source.pages().values(), ROOT / "README.md")]
    shown = {name for text in texts for name in re.findall(r"!\[[^\]]+\]\([^)]*?([^/)]+)\)", text)}
    assert shown == set(source.images()) == {one.file.name for one in PICTURES}
    sizes = {name: file.stat().st_size for name, file in source.images().items()}
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}


@pytest.mark.slow
def test_headings_are_found_by_all_of_their_words(client: Client) -> None:
    text = client.get("/docs/search/", {"q": "KEY ring rotating"}).content.decode()
    link = "/docs/operations/keys/#rotating-the-key-ring-while-everything-goes-on"
    assert f'<a href="{link}">' in text
    nothing = client.get("/docs/search/", {"q": "<b>zebra</b>" + "x" * 500}).content.decode()
    assert "No heading has these words" in nothing
    assert "<b>zebra" not in nothing
    assert client.get("/docs/search/").status_code == 200


def test_html_in_a_file_is_text_and_a_link_is_no_script(file: Any) -> None:
    page = file(
        "# One\n<script>alert(1)</script> <b>bold</b>\n\n[a](javascript:alert(1)) ![i](data:text/html,x)\n\n"
        "[b](../../etc/passwd) [c](one.md#two) [d](https://example.com/)\n\n"
        "```\n</code><i>\n```\n\n## Two\n## Two\n| a |\n|--:|\n| 1 |\n"
    )
    assert "<script" not in page.html
    assert "<b>" not in page.html
    assert "<i>" not in page.html
    assert 'href="javascript' not in page.html
    assert "data:text" not in re.sub(r"<p>.*?</p>", "", page.html, flags=re.DOTALL)
    assert page.broken == ("../../etc/passwd",)
    assert 'href="/docs/one/#two"' in page.html
    assert 'href="https://example.com/"' in page.html
    assert [heading.anchor for heading in page.headings] == ["one", "two", "two-1"]
    assert '<th class="number">' in page.html


@pytest.mark.django_db
def test_an_operator_closes_the_documentation(client: Client, settings: Any, bob: Any) -> None:
    assert 'href="/docs/"' in client.get("/").content.decode()
    settings.DOCS = "signed-in"
    for path in ("/docs/", "/docs/search/", "/docs/images/overview.webp", "/docs/nothing/"):
        assert client.get(path)["Location"].startswith("/accounts/login/?next=/docs/")
    assert Browser().as_person(bob).get("/docs/tls/").status_code == 200
    settings.DOCS = "off"
    assert client.get("/docs/tls/").status_code == 404
    assert 'href="/docs/"' not in client.get("/").content.decode()


def test_of_pages_that_do_not_exist_nothing_is_kept(client: Client) -> None:
    before = rendering._made.cache_info().currsize
    for number in range(3):
        assert client.get(f"/docs/none/{number}/").status_code == 404
    assert rendering._made.cache_info().currsize == before
