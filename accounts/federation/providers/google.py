"""Google: the standard; it does not ask its people to prove again that it is them."""

from dataclasses import dataclass

from .base import Provider

ISSUER = "https://accounts.google.com"


@dataclass(frozen=True)
class Google(Provider):
    name: str = "Google"
    issuer: str = ISSUER

    asks_for = ()
    algorithms = frozenset({"RS256"})
    client_authentication = "client_secret_post"
    prove_again = {"prompt": "select_account"}
    tells_auth_time = False
