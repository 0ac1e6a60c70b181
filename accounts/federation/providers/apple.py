"""Apple: our secret is a token that we sign, the answer comes as a form, and the name comes once.

Addresses may be of its relay: they work as any other, and are this person's for our mails only.
"""

import json
import time
from dataclasses import dataclass
from typing import Any

from .base import Provider, Step, Unproved

ISSUER = "https://appleid.apple.com"
LIFETIME = 300


@dataclass(frozen=True)
class Apple(Provider):
    name: str = "Apple"
    issuer: str = ISSUER

    asks_for = ("team_id", "key_id")
    # It has no `profile`; with either of these it answers by a form, and refuses to do otherwise.
    scopes = "openid email name"
    algorithms = frozenset({"RS256"})
    client_authentication = "client_secret_post"
    response_mode = "form_post"
    prove_again = {}
    tells_auth_time = False

    def client_secret(self) -> str:
        """A token that lives for five minutes, signed with the key from Apple's developer pages (ES256)."""
        # Here, as only those who let people come by Apple need it: it takes 3 MB with what it brings.
        import jwt

        now = int(time.time())
        claims = {
            "iss": self.team_id,
            "sub": self.client_id,
            "aud": ISSUER,
            "iat": now,
            "exp": now + LIFETIME,
        }
        try:
            return jwt.encode(claims, self.secret, "ES256", headers={"kid": self.key_id})
        except (jwt.PyJWTError, ValueError, TypeError):
            # The library's words may quote the key.
            raise Unproved(Step.CLIENT, "the private key is not one for ES256") from None

    def vouches_for(self, claims: dict[str, Any]) -> bool:
        return claims.get("email_verified") in (True, "true")

    def name_in(self, claims: dict[str, Any], form: dict[str, Any]) -> str:
        """Told by the browser at the first consent only, and signed by nobody: good for a name, and for no address."""
        try:
            user = json.loads(form.get("user") or "{}")
            name = user.get("name") or {}
            parts = [name.get("firstName"), name.get("lastName")]
        except (ValueError, AttributeError, RecursionError):
            return ""
        return " ".join(part.strip() for part in parts if isinstance(part, str)).strip()
