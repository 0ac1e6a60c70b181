"""Passwords: which are taken, which were had, and how many are hashed at once (docs/passwords.md)."""

from . import checks  # noqa: F401  (registers the system checks)
from .history import keep_former_password
from .policy import PasswordPolicy, check_password_rules

__all__ = ["PasswordPolicy", "check_password_rules", "keep_former_password"]
