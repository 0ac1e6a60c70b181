"""Microsoft: one description for many issuers, told apart by the tenant, and addresses that prove nothing.

An administrator of any tenant writes any address into an account of theirs. So an address counts
only where Microsoft says that the tenant has proved its domain (`xms_edov`), or where the one tenant
that may sign in is declared to be ours.
"""

import re
from dataclasses import dataclass
from typing import Any

from .base import Provider, Step, Unproved

HOST = "https://login.microsoftonline.com"
# Tenants in plural: everybody, everybody at work or school, everybody with an account of their own.
MANY = ("common", "organizations", "consumers")
CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
_TENANT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def is_tenant(text: str) -> bool:
    """Whether `text` is the identifier of one tenant, as tokens write it."""
    return _TENANT.fullmatch(text) is not None


@dataclass(frozen=True)
class Microsoft(Provider):
    name: str = "Microsoft"

    asks_for = ("tenant", "trusts_email")
    algorithms = frozenset({"RS256"})
    client_authentication = "client_secret_post"
    prove_again = {"prompt": "login"}
    tells_auth_time = False

    @property
    def discovery_url(self) -> str:
        return f"{HOST}/{self.tenant}/v2.0/.well-known/openid-configuration"

    def accepts_description(self, issuer: str) -> bool:
        if self.tenant in ("common", "organizations"):
            return issuer == _issuer("{tenantid}")
        return issuer == _issuer(CONSUMERS if self.tenant == "consumers" else self.tenant)

    def accepts_answer(self, issuer: str, described: str) -> bool:
        tenant = issuer.removeprefix(f"{HOST}/").removesuffix("/v2.0")
        return is_tenant(tenant) and issuer == _issuer(tenant) and self._admits(tenant)

    def check_issuer(self, claims: dict[str, Any], key: dict[str, Any]) -> None:
        tenant = claims.get("tid")
        if not isinstance(tenant, str) or not is_tenant(tenant):
            raise Unproved(Step.IDENTITY, "the token names no tenant")
        if claims["iss"] != _issuer(tenant):
            raise Unproved(Step.IDENTITY, "the token is of another issuer")
        # A key that signs for one tenant says so, and signs for no other.
        if str(key.get("issuer", claims["iss"])).replace("{tenantid}", tenant) != claims["iss"]:
            raise Unproved(Step.IDENTITY, "the key is of another issuer")
        if not self._admits(tenant):
            raise Unproved(Step.IDENTITY, "the person is of another tenant")

    def vouches_for(self, claims: dict[str, Any]) -> bool:
        if self.trusts_email and self.tenant not in MANY:
            return True
        return claims.get("xms_edov") in (True, "1", "true")

    def _admits(self, tenant: str) -> bool:
        if self.tenant == "common":
            return True
        if self.tenant == "organizations":
            return tenant != CONSUMERS
        return tenant == (CONSUMERS if self.tenant == "consumers" else self.tenant)


def _issuer(tenant: str) -> str:
    return f"{HOST}/{tenant}/v2.0"
