"""What goes wrong, from ldap3's words and the server's into ours."""

import re
import ssl

from ldap3.core.exceptions import (
    LDAPAttributeError,
    LDAPExceptionError,
    LDAPInvalidDnError,
    LDAPInvalidFilterError,
    LDAPInvalidScopeError,
    LDAPInvalidValueError,
    LDAPSocketOpenError,
    LDAPStartTLSError,
)
from pyasn1.error import PyAsn1Error

from ..client import Cause, DirectoryFailed, Reason

# Of RFC 4511, appendix A.
_REASONS = {
    2: Reason.BROKEN,
    3: Reason.TOO_MANY,
    4: Reason.TOO_MANY,
    8: Reason.NOT_PERMITTED,
    10: Reason.REFERRAL,
    11: Reason.TOO_MANY,
    12: Reason.NO_PAGING,
    13: Reason.NOT_PERMITTED,
    18: Reason.BAD_FILTER,
    21: Reason.NO_SUCH_BASE,
    32: Reason.NO_SUCH_BASE,
    34: Reason.NO_SUCH_BASE,
    50: Reason.NOT_PERMITTED,
    51: Reason.UNAVAILABLE,
    52: Reason.UNAVAILABLE,
}
SUCCESS, _INVALID_CREDENTIALS = 0, 49
# What a wrong name or password may be answered with, beside 49: no such entry, a broken name, not willing.
REFUSALS = frozenset({16, 19, 32, 34, 48, _INVALID_CREDENTIALS, 50, 53})
# Active Directory says it in hexadecimal: "… data 533, v4563" (Windows error codes).
_CAUSES = {
    "530": Cause.HOURS,
    "531": Cause.HOURS,
    "532": Cause.EXPIRED,
    "533": Cause.DISABLED,
    "701": Cause.EXPIRED,
    "773": Cause.MUST_CHANGE,
    "775": Cause.LOCKED,
}
# The last six are what ldap3 and pyasn1 raise at an answer that is none.
FAILURES = (
    LDAPExceptionError, OSError, PyAsn1Error,
    ValueError, LookupError, TypeError, AttributeError, RecursionError,
)  # fmt: skip
# OpenSSL's X509_V_ERR_… (openssl-verification-options(1)).
_WRONG_HOST, _EXPIRED = {62, 64}, {10}


def refusal(code: int, said: str) -> DirectoryFailed:
    """What it is when the server answers with this result."""
    return DirectoryFailed(_REASONS.get(code, Reason.REFUSED), f"{code} {said}")


def cause_of(said: str) -> Cause:
    """Why somebody may not come in, by what the server says beside the code."""
    code = re.search(r"\bdata ([0-9a-f]{2,8})\b", said)
    return _CAUSES.get(code.group(1), Cause.PASSWORD) if code else Cause.PASSWORD


def reason_of(error: Exception, tls_problem: Exception | None) -> tuple[Reason, object]:
    """What ldap3 raised, in our words and in its own."""
    if tls_problem is not None:
        return _tls_reason(tls_problem), tls_problem
    if isinstance(error, LDAPStartTLSError):
        return Reason.STARTTLS, error
    if isinstance(error, LDAPInvalidFilterError | LDAPInvalidValueError | LDAPAttributeError):
        return Reason.BAD_FILTER, error
    if isinstance(error, LDAPInvalidDnError | LDAPInvalidScopeError):
        return Reason.NO_SUCH_BASE, error
    if isinstance(error, LDAPSocketOpenError):
        return Reason.CONNECT, error
    if isinstance(error, LDAPExceptionError | OSError):
        return Reason.LOST, error
    return Reason.BROKEN, type(error).__name__


def _tls_reason(problem: Exception) -> Reason:
    if not isinstance(problem, ssl.SSLCertVerificationError):
        return Reason.TLS
    if problem.verify_code in _WRONG_HOST:
        return Reason.WRONG_HOST
    return Reason.EXPIRED if problem.verify_code in _EXPIRED else Reason.UNTRUSTED
