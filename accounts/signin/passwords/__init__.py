"""Passwords: which are taken, and how many are hashed at once (docs/passwords.md)."""

from . import checks  # noqa: F401  (registers the system checks)
from .policy import PasswordPolicy, check_password_rules

__all__ = ["PasswordPolicy", "check_password_rules"]
