"""Where a link of a file leads on the site: files name each other as they lie, the site by addresses."""

import posixpath
from pathlib import Path
from urllib.parse import urlsplit

from django.urls import reverse

from . import source


def address(link: str, file: Path) -> str | None:
    """The address for a link or an image that stands in `file`; None where it leads to nothing that is served.

    Addresses elsewhere (https, mailto) and anchors on the same page stay as they are.
    """
    to = urlsplit(link)
    if to.scheme or to.netloc:
        return link if to.scheme in ("https", "mailto") else None
    anchor = f"#{to.fragment}" if to.fragment else ""
    if not to.path:
        return anchor
    folder = file.parent.relative_to(source.FOLDER).as_posix()
    target = source.FOLDER / posixpath.normpath(posixpath.join(folder, to.path))
    return _served().get(target, "") + anchor if target in _served() else None


def page_address(name: str) -> str:
    return reverse("docs:page", args=[name]) if name else reverse("docs:index")


def _served() -> dict[Path, str]:
    served = {file: page_address(name) for name, file in source.pages().items()}
    return served | {
        file: reverse("docs:image", args=[name]) for name, file in source.images().items()
    }
