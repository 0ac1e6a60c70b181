"""SCRAM as in RFC 5802 and RFC 7677 (placeholder head)."""

import hashlib

HASHES = {"SCRAM-SHA-256": hashlib.sha256, "SCRAM-SHA-512": hashlib.sha512}
MANDATORY = "SCRAM-SHA-256"
