"""The files that are served, and the address of each."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "docs"
IMAGES = MappingProxyType({".png": "image/png", ".svg": "image/svg+xml", ".webp": "image/webp"})
INDEX = "README.md"


@cache
def pages() -> Mapping[str, Path]:
    """Name → file of each page: `operations/install` → docs/operations/install.md; a folder's README is the folder."""
    found = sorted(FOLDER.rglob("*.md"))
    return MappingProxyType({_name(file): file for file in found})


@cache
def images() -> Mapping[str, Path]:
    """Name → file of each image: `overview.webp` → docs/images/overview.webp."""
    found = sorted((FOLDER / "images").glob("*"))
    return MappingProxyType({file.name: file for file in found if file.suffix in IMAGES})


def _name(file: Path) -> str:
    path = file.relative_to(FOLDER)
    named = path.parent if path.name == INDEX else path.with_suffix("")
    return "" if named == Path() else named.as_posix()
