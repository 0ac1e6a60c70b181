"""The protocol, as Authlib has it: what it asks of us is answered by our selectors and services."""

from .server import server

__all__ = ["server"]
