"""An organization's identity providers, whom they have vouched for, and the sessions that hang on them."""

from .people import EnterpriseIdentity, ProvidedRole, ProviderSession
from .providers import OPEN, Allowance, GroupRole, IdentityProvider, Kind, State
from .routes import BreakGlass, DomainRoute, Enforcement, OtherWay
from .setup import CertificateAlarm, SetupLink, SetupTrial

__all__ = [
    "OPEN",
    "Allowance",
    "BreakGlass",
    "CertificateAlarm",
    "DomainRoute",
    "Enforcement",
    "EnterpriseIdentity",
    "GroupRole",
    "IdentityProvider",
    "Kind",
    "OtherWay",
    "ProvidedRole",
    "ProviderSession",
    "SetupLink",
    "SetupTrial",
    "State",
]
