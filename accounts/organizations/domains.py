"""How a domain's name is written: in one spelling, so that it can be held unique and compared."""

import re

# RFC 1035 section 2.3.4 and RFC 5321 section 4.5.3.1.2, less the label before it that proves it.
LONGEST = 253 - len("_mago-challenge.")
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# Python maps these to others (IDNA 2003) where browsers and registries do not (IDNA 2008):
# a domain that is spelled with one would be proved by the owner of another.
DEVIATING = frozenset("ßς\u200c\u200d")


class BadDomain(ValueError):
    """This is no name of a mail domain."""


def normalize_domain(name: str) -> str:
    """The name in lower case, as DNS has it (RFC 5890 A-labels), without a dot at its end.

    >>> normalize_domain(" Example.COM. "), normalize_domain("bücher.example")
    ('example.com', 'xn--bcher-kva.example')

    BadDomain for what is no name below a top-level domain: addresses, wildcards, single labels.
    """
    name = name.strip().lower().removesuffix(".")
    if not name.isprintable() or DEVIATING & set(name):
        raise BadDomain
    try:
        ascii_name = name if name.isascii() else name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise BadDomain from None
    labels = ascii_name.split(".")
    if len(ascii_name) > LONGEST or len(labels) < 2 or not all(map(LABEL.fullmatch, labels)):
        raise BadDomain
    # A top-level domain is never a number (RFC 3696 section 2), so this is no address either.
    if labels[-1].isdigit():
        raise BadDomain
    return ascii_name
