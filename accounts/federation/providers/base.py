"""An OpenID provider as the standard has it, and what others may do differently."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import TextChoices
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Step(TextChoices):
    """What happens between us and a provider, in this order."""

    DISCOVERY = "discovery", _("Its description is found")
    KEYS = "keys", _("Its keys are found")
    AUTHORIZATION = "authorization", _("It knows this client and its return address")
    CLIENT = "client", _("It accepts the secret")
    TOKEN = "token", _("It gives a token for the code")
    IDENTITY = "identity", _("The token says who it is, and is genuine")


class Unproved(Exception):
    """The provider did not prove who somebody is: at which step, and why. For the audit and administrators."""

    def __init__(self, step: Step, reason: object) -> None:
        super().__init__(f"{step.value}: {reason}")
        self.step, self.reason = step, str(reason)


@dataclass(frozen=True)
class Provider:
    """A provider as it is configured, in the environment or by an administrator."""

    kind: str
    client_id: str
    secret: str = field(repr=False)
    name: str = ""
    issuer: str = ""
    tenant: str = ""
    trusts_email: bool = False
    team_id: str = ""
    key_id: str = ""
    is_enabled: bool = True
    from_environment: bool = False

    # What an administrator gives beside the client's identifier and secret.
    asks_for: ClassVar[tuple[str, ...]] = ("name", "issuer")
    scopes: ClassVar[str] = "openid email profile"
    algorithms: ClassVar[frozenset[str]] = frozenset({"RS256", "PS256", "ES256", "EdDSA"})
    # As RFC 6749 section 2.3.1 and OpenID Connect Core section 9 name them; "" asks the provider's description.
    client_authentication: ClassVar[str] = ""
    response_mode: ClassVar[str] = "query"
    # How it is asked to have its person prove again that it is them, and whether its token then says when.
    prove_again: ClassVar[dict[str, str]] = {"prompt": "login", "max_age": "0"}
    tells_auth_time: ClassVar[bool] = True

    @property
    def label(self) -> str:
        return self.name or self.issuer.removeprefix("https://")

    @property
    def discovery_url(self) -> str:
        return f"{self.issuer.removesuffix('/')}/.well-known/openid-configuration"

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends the browser back to; one for each, so that no answer passes for another's."""
        return f"{settings.MAGO_BASE_URL}{reverse('federation:callback', args=[self.kind])}"

    def client_secret(self) -> str:
        """What proves to the provider that it is us."""
        return self.secret

    def accepts_description(self, issuer: str) -> bool:
        """Whether a description of `issuer` is the one we asked for (OpenID Connect Discovery, section 4.3)."""
        return issuer == self.issuer

    def accepts_answer(self, issuer: str, described: str) -> bool:
        """Whether an answer that names its issuer (RFC 9207) is of the one that we asked."""
        return issuer == described

    def check_issuer(self, claims: dict[str, Any], key: dict[str, Any]) -> None:
        """Unproved where the token is not of the configured issuer, exactly."""
        if claims["iss"] != self.issuer:
            raise Unproved(Step.IDENTITY, "the token is of another issuer")

    def vouches_for(self, claims: dict[str, Any]) -> bool:
        """Whether the provider has proved that the address belongs to the person."""
        return claims.get("email_verified") is True

    def name_in(self, claims: dict[str, Any], form: dict[str, Any]) -> str:
        """What the person is called; "" where it is not told. `form` is what else came back."""
        name = claims.get("name")
        return name if isinstance(name, str) else ""
