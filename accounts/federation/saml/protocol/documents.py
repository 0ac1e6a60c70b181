"""The one parser of what comes from outside: XML without anything that two parsers could read differently.

No document type, so no entity; no comment and no processing instruction, so that every text is one
text; no identifier twice, so that a signature names one element. Then the schema of OASIS.
"""

import re
from copy import deepcopy
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from threading import Lock
from typing import Any

from lxml import etree

from ..reasons import Reason, Unproved
from .names import saml

# lxml comes without types.
Element = Any
# A response with some hundred groups is about 60 kB; metadata of one provider about 20 kB.
LARGEST = 262_144  # bytes
MOST_ELEMENTS = 10_000
_DECLARATION = re.compile(
    rb"""\s*<\?xml\s+version=["']1\.0["'](\s+encoding=["'](?i:utf-8|us-ascii)["'])?(\s+standalone=["'](yes|no)["'])?\s*\?>"""
)
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
# Two threads that read libxml2's first schema at once leave it broken for the whole process; and a schema keeps one
# log of errors for all.
_ONE_AT_A_TIME = Lock()
_ID = frozenset({"ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id"})
# SAML 2.0 Core, section 1.3.3: times are in UTC. Some providers write seven digits, as .NET does.
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)


def parse(raw: bytes, schema: str = "", *, allow_comments: bool = False) -> Element:
    """The root of a document that has nothing in it but elements and text, and follows `schema`. Unproved.

    With `allow_comments` they are left out: for metadata, which people write and comment.
    """
    if len(raw) > LARGEST:
        raise Unproved(Reason.TOO_LARGE, f"{len(raw)} bytes")
    body = raw.removeprefix(b"\xef\xbb\xbf")
    if declaration := _DECLARATION.match(body):
        body = body[declaration.end() :]
    # By the letters first, before a parser has seen it: in text, `<` can stand in no other way.
    markup = body.replace(b"<!--", b"") if allow_comments else body
    if b"<!" in markup or b"<?" in markup:
        raise Unproved(Reason.MARKUP)
    try:
        body.decode()
        root = etree.fromstring(body, _parser(remove_comments=allow_comments))
    except (UnicodeDecodeError, etree.XMLSyntaxError, ValueError) as error:
        raise Unproved(Reason.MALFORMED, error) from None
    _check_nodes(root)
    if schema:
        _check_schema(root, schema)
    return root


def _parser(*, remove_comments: bool = False) -> Any:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=remove_comments,
        remove_pis=False,
        strip_cdata=False,
    )


def _check_nodes(root: Element) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unproved(Reason.MARKUP)
    seen: set[str] = set()
    for count, node in enumerate(root.iter()):
        # Comments, instructions and entities have a function where elements have their name.
        if not isinstance(node.tag, str):
            raise Unproved(Reason.MARKUP)
        if count >= MOST_ELEMENTS:
            raise Unproved(Reason.TOO_LARGE, f"more than {MOST_ELEMENTS} elements")
        for name in _ID & set(node.keys()):
            identifier = node.get(name) or ""
            if identifier in seen:
                raise Unproved(Reason.IDENTIFIERS, identifier)
            seen.add(identifier)


def _check_schema(root: Element, schema: str) -> None:
    """Types of attributes' values are left out: nothing rests on them, and encryption makes their prefixes dangle."""
    copy = deepcopy(root)
    for value in copy.iter(saml("AttributeValue")):
        value.attrib.pop(_TYPE, None)
    with _ONE_AT_A_TIME:
        found = _schema(schema)
        if not found.validate(copy):
            raise Unproved(Reason.SCHEMA, found.error_log.last_error.message)


class _Schemas(etree.Resolver):
    """The schemas lie in pysaml2's package; nothing is fetched."""

    def resolve(self, url: str, _public: object, context: Any) -> Any:
        name = url.rpartition("/")[2]
        content = (files("saml2") / "data" / "schemas" / name).read_bytes()
        return self.resolve_string(content, context, base_url=name)


@lru_cache(maxsize=4)
def _schema(name: str) -> Any:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Schemas())
    content = (files("saml2") / "data" / "schemas" / name).read_bytes()
    return etree.XMLSchema(etree.fromstring(content, parser, base_url=name))


PROTOCOL_SCHEMA = "saml-schema-protocol-2.0.xsd"
ASSERTION_SCHEMA = "saml-schema-assertion-2.0.xsd"


def canonical(element: Element, prefixes: tuple[str, ...] = ()) -> bytes:
    """Exclusive XML Canonicalization 1.0, without comments."""
    written: bytes = etree.tostring(
        element,
        method="c14n",
        exclusive=True,
        with_comments=False,
        inclusive_ns_prefixes=list(prefixes) or None,
    )
    return written


def children(element: Element, name: str) -> list[Element]:
    return list(element.findall(name))


def text_of(element: Element | None) -> str:
    """The text of an element without children, without the blanks around it; "" for no element."""
    return "" if element is None else (element.text or "").strip()


def time_of(written: str) -> datetime:
    """
    >>> time_of("2026-11-22T08:00:00.1234567Z")
    datetime.datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=datetime.timezone.utc)
    """
    found = _TIME.fullmatch(written.strip())
    if found is None:
        raise Unproved(Reason.SCHEMA, f"{written!r} is no time in UTC")
    try:
        seconds = datetime.fromisoformat(found[1])
    except ValueError:
        raise Unproved(Reason.SCHEMA, f"{written!r} is no time") from None
    return seconds.replace(microsecond=int((found[2] or "0")[:6].ljust(6, "0")), tzinfo=UTC)
