"""The security programme: where its files lie, and how outsiders reach us (RFC 9116)."""

from pathlib import Path

from . import env
from .base import DATA_DIR

SECURITY_FILES_DIR = Path(
    env.text(
        "MAGO_SECURITY_FILES_DIR",
        str(DATA_DIR / "security-files"),
        meaning="Folder for files of tickets and penetration tests; every process must reach it, and no web server serve it.",
    )
)
# What stands in /.well-known/security.txt, beside the form for reports.
SECURITY_CONTACTS = [
    contact.strip()
    for contact in env.text(
        "MAGO_SECURITY_CONTACT",
        meaning="Where vulnerabilities are reported (security.txt): mailto:, tel: or https: addresses with commas between; without any, our own form.",
    ).split(",")
    if contact.strip()
]
for _contact in SECURITY_CONTACTS:
    if not _contact.startswith(("mailto:", "tel:", "https:")) or not _contact.isprintable():
        raise env.refuse(
            "MAGO_SECURITY_CONTACT",
            "is no contact of RFC 9116",
            "Give addresses such as mailto:security@example.com or https://example.com/contact.",
        )
SECURITY_POLICY_URL = env.text(
    "MAGO_SECURITY_POLICY_URL",
    meaning="Page with your rules for people who look for vulnerabilities (security.txt, https).",
)
if SECURITY_POLICY_URL and not (
    SECURITY_POLICY_URL.startswith("https://") and SECURITY_POLICY_URL.isprintable()
):
    raise env.refuse(
        "MAGO_SECURITY_POLICY_URL", "is no https address", "Give one that begins with https://."
    )
