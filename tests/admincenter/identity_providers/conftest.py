from tests.accounts.federation.enterprise.conftest import acme, onprem, other
from tests.accounts.federation.openid.conftest import peer, provider

__all__ = ["acme", "onprem", "other", "peer", "provider"]
