"""The only package that knows ldap3: one connection, verified, bounded in time and size, that follows no referral.

ldap3 by itself verifies nothing, follows referrals and takes an answer that was cut short for a whole
one. Here the certificate and the name are verified by Python's own TLS, whatever the settings say.
"""

from .connection import CONNECT_TIMEOUT, RECEIVE_TIMEOUT
from .session import session

__all__ = ["CONNECT_TIMEOUT", "RECEIVE_TIMEOUT", "session"]
