"""Whether the directory says that somebody is shut out: each product has its own attributes for it. Pure."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from .client import Entry

# What has to be read to tell.
ATTRIBUTES = (
    "userAccountControl",  # Active Directory, MS-ADTS section 2.2.16
    "accountExpires",  # Active Directory, MS-ADTS section 3.1.1.8
    "lockoutTime",  # Active Directory
    "pwdAccountLockedTime",  # draft-behera-ldap-password-policy, of OpenLDAP
    "nsAccountLock",  # 389 Directory Server, FreeIPA
    "loginDisabled",  # eDirectory
    "shadowExpire",  # RFC 2307
)
_AD_DISABLED = 0x2  # ADS_UF_ACCOUNTDISABLE
_AD_BEGINNING = datetime(1601, 1, 1, tzinfo=UTC)
_UNIX_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
# Locked by an administrator, until one unlocks it.
_FOR_GOOD = "000001010000Z"


class Standing(StrEnum):
    """`LOCKED` passes by itself, after some wrong passwords, and ends nothing here."""

    ACTIVE = "active"
    LOCKED = "locked"
    DISABLED = "disabled"
    EXPIRED = "expired"

    @property
    def is_out(self) -> bool:
        return self in (Standing.DISABLED, Standing.EXPIRED)


def standing_of(entry: Entry, now: datetime) -> Standing:
    """What the entry says of itself. An attribute that cannot be read says nothing."""
    if _is_disabled(entry):
        return Standing.DISABLED
    if any(moment is not None and moment <= now for moment in _ends(entry)):
        return Standing.EXPIRED
    is_locked = bool(entry.text("pwdAccountLockedTime")) or (_number(entry, "lockoutTime") or 0) > 0
    return Standing.LOCKED if is_locked else Standing.ACTIVE


def _is_disabled(entry: Entry) -> bool:
    return (
        bool((_number(entry, "userAccountControl") or 0) & _AD_DISABLED)
        or entry.text("pwdAccountLockedTime") == _FOR_GOOD
        or any(entry.text(name).lower() == "true" for name in ("nsAccountLock", "loginDisabled"))
    )


def _ends(entry: Entry) -> list[datetime | None]:
    # Steps of 100 ns since 1601; 0 and the largest number mean never.
    ticks, days = _number(entry, "accountExpires") or 0, _number(entry, "shadowExpire") or 0
    return [
        _after(_AD_BEGINNING, microseconds=ticks // 10) if ticks > 0 else None,
        _after(_UNIX_BEGINNING, days=days) if days > 0 else None,
    ]


def _after(beginning: datetime, **span: int) -> datetime | None:
    try:
        return beginning + timedelta(**span)
    except OverflowError:
        return None


def _number(entry: Entry, name: str) -> int | None:
    text = entry.text(name)
    try:
        return int(text) if len(text) <= 20 else None
    except ValueError:
        return None
