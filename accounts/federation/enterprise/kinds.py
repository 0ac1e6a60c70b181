"""What differs from kind to kind, behind one interface: the set-up, the test, the way there, the way out.

A kind is an object with the members of `KindOfProvider`, found by the path in `PATHS` when it is first asked
for, as some of what they need takes a second to be imported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.module_loading import import_string

from accounts.models import User
from mago.core.errors import NotFound
from mago.core.forms import Form

from .models import IdentityProvider, Kind, ProviderSession, SetupTrial
from .services.trials import Check

if TYPE_CHECKING:
    from .endings import Ending

PATHS: dict[str, str] = {
    Kind.LDAP: "accounts.federation.directory.kind.LdapDirectory",
    Kind.OIDC: "accounts.federation.openid.kind.OpenId",
    Kind.SAML: "accounts.federation.saml.kind.Saml",
}


@dataclass(frozen=True)
class OwnValue:
    """Something of ours that is copied into the provider's console; `name` is what programs know it by."""

    label: str
    value: str
    name: str
    # Where it is a file rather than a text: the path that it is fetched from.
    download: str = ""

    @property
    def is_long(self) -> bool:
        """Whether it has lines, such as a certificate: a field of one line would lose them."""
        return "\n" in self.value


@dataclass(frozen=True)
class Warning:
    """Something that will stop working, or has; the list shows it until it is mended."""

    text: str
    is_urgent: bool = False


class KindOfProvider(Protocol):
    kind: Kind
    # Template of the step in which the customer's values are given; "" for `form` alone.
    settings_template: str

    def own_values(self, provider: IdentityProvider) -> list[OwnValue]:
        """What of ours the provider has to know."""

    def form(self, provider: IdentityProvider, data: Any = None, files: Any = None) -> Form:
        """The customer's values, as they are or as sent. Valid, it is given to `save`."""

    def ask(self, form: Form) -> Any:
        """What `save` has to be told by another server, asked for while nobody else waits. Refused beside a field."""

    def save(
        self, provider: IdentityProvider, form: Form, *, actor: User | None, asked: Any = None
    ) -> None:
        """The values of a valid form count; `services.touch` makes the version another. Refused beside a field."""

    def is_complete(self, provider: IdentityProvider) -> bool:
        """Whether enough is known to try it."""

    def checks(self, provider: IdentityProvider) -> list[Check]:
        """What can be looked at without a person: addresses, certificates, keys, a bind."""

    def begin_test(
        self, request: HttpRequest, provider: IdentityProvider, trial: SetupTrial
    ) -> HttpResponseBase:
        """The way to the provider, for a round trip that ends in `finish_trial` and at `result_url`."""

    def begin_sign_in(
        self, request: HttpRequest, provider: IdentityProvider, *, email: str, next_url: str
    ) -> HttpResponseBase:
        """The way to the provider, or the page that asks for what it wants (a directory: the password)."""

    def begin_sign_out(self, request: HttpRequest, session: ProviderSession) -> HttpResponse | None:
        """The way to the provider's single logout, after the session here is over; None where it has none."""

    def warnings(self, provider: IdentityProvider) -> list[Warning]:
        """Certificates that end, metadata that could not be fetched, a sync that stands still."""

    def endings(self, providers: Sequence[IdentityProvider]) -> "dict[UUID, list[Ending]]":
        """The certificates of these providers, and ours for them, by provider; in a fixed number of queries."""


def result_url(trial: SetupTrial) -> str:
    """Where the results of a test are shown to whoever began it."""
    return reverse("enterprise:trial", args=[trial.pk])


@cache
def kind_of(name: str) -> KindOfProvider:
    """The kind of that name; NotFound for one that there is not."""
    if name not in PATHS:
        raise NotFound
    made: KindOfProvider = import_string(PATHS[name])()
    return made


def known_kinds() -> list[Kind]:
    return [kind for kind in Kind if kind in PATHS]
