"""What hubs write in results and logs is kept without the secrets that may stand in it. Pure."""

import re

MASKED = "[masked]"
_SECRETS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    re.compile(r"\bmago_\w+"),
    re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"),
    re.compile(r"(?i)(?<=\bBearer )\s*[\w.~+/=-]{8,}"),
    re.compile(r"(?i)(?<=\bBasic )\s*[\w.~+/=-]{8,}"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
    # A name that speaks of a secret, and what it is set to.
    re.compile(
        r"(?i)(?<![a-z])((?:[\w-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|credential|cookie|psk))[\"']?\s*[:=]\s*)"
        r"(\"[^\"]*\"|'[^']*'|[^\s,;&\"']+)"
    ),
)  # fmt: skip


def scrubbed(text: str) -> str:
    """The text with each secret masked.

    >>> scrubbed("wifi psk=hunter2 up; Authorization: Bearer abcdefghijkl")
    'wifi psk=[masked] up; Authorization: Bearer [masked]'
    >>> scrubbed('{"password": "x y", "room": "Blue"}')
    '{"password": [masked], "room": "Blue"}'
    """
    for pattern in _SECRETS:
        text = pattern.sub(rf"\g<1>{MASKED}" if pattern.groups else MASKED, text)
    return text


def kept_log(text: str, most: int) -> str:
    """The end of the log: at most `most` characters, printable, scrubbed.

    >>> kept_log("a\\x00b\\r\\nc\\x1b[31m", 20)
    'ab\\nc[31m'
    """
    # Scrubbed before it is cut: half a secret is not recognised.
    clean = "".join(c for c in text if c in "\n\t" or c.isprintable())
    clean = scrubbed(clean)
    return clean if len(clean) <= most else "…" + clean[-most + 1 :]
