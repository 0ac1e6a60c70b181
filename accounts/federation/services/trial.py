"""A provider is tried, step by step, without anybody signing in."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.ids import new_secret
from mago.core.outbound import Unreachable

from .. import fetching
from ..discovery import Description, describe, usable_keys
from ..models import Kind
from ..protocol import ask_for_token, authorization_url, said_by
from ..providers import Provider, Step, Unproved

STEPS = (Step.DISCOVERY, Step.KEYS, Step.AUTHORIZATION, Step.CLIENT)


@dataclass(frozen=True)
class Trial:
    """How far a test came: `failed` is the step that did not work, or None; `remedy` what to do about it."""

    failed: Step | None = None
    reason: str = ""
    remedy: str = ""

    @property
    def passed(self) -> tuple[Step, ...]:
        return STEPS if self.failed is None else STEPS[: STEPS.index(self.failed)]


def try_provider(provider: Provider, *, actor: User) -> Trial:
    """What a sign-in would come upon, as far as that can be told without a person."""
    trial = walk(provider)
    record(
        Tag.SIGN_IN_PROVIDER_TESTED,
        actor=actor,
        provider=provider.kind,
        failed=trial.failed.value if trial.failed else None,
        reason=trial.reason,
    )
    return trial


def walk(provider: Provider) -> Trial:
    """How far one gets with the provider without a person."""
    try:
        description = describe(provider, fresh=True)
        usable_keys(description, provider)
        _try_authorization(provider, description)
        _try_client(provider, description)
    except Unproved as error:
        return Trial(error.step, error.reason[:300], _remedy(provider, error.step))
    return Trial()


def _try_authorization(provider: Provider, description: Description) -> None:
    """The page that people would see is asked for; an error there is of the client or its return address."""
    url = authorization_url(
        provider, description, state=new_secret(), nonce=new_secret(), verifier=new_secret()
    )
    try:
        answer = fetching.fetch(url)
    except Unreachable as error:
        raise Unproved(Step.AUTHORIZATION, error) from None
    to = answer.headers.get("Location", "")
    if answer.status >= 400 or "/error" in urlsplit(to).path or "error=" in urlsplit(to).query:
        raise Unproved(Step.AUTHORIZATION, f"status {answer.status}")


def _try_client(provider: Provider, description: Description) -> None:
    """A code that cannot be right: whoever is told that the code is wrong has been recognised."""
    wrong = new_secret()
    try:
        answer = ask_for_token(provider, description, code=wrong, verifier=new_secret())
        error = answer.json().get("error")
    except Unreachable as unreachable:
        raise Unproved(Step.CLIENT, unreachable) from None
    if error != "invalid_grant":
        # Microsoft shows its page to any client, and says here only that it does not know this one.
        step = Step.AUTHORIZATION if error == "unauthorized_client" else Step.CLIENT
        raise Unproved(step, said_by(answer).replace(wrong, "…"))


def _remedy(provider: Provider, step: Step) -> str:
    if step is Step.DISCOVERY:
        return _discovery_remedy(provider)
    if step is Step.KEYS:
        return _(
            "The provider must publish a key for RS256, PS256, ES256 or EdDSA; ask who runs it."
        )
    if step is Step.AUTHORIZATION:
        words = _(
            "Compare the client ID, and register this return address with the provider, letter by letter: %(address)s"
        )
        return words % {"address": provider.redirect_uri}
    if provider.kind == Kind.APPLE:
        return _(
            "Compare the team ID and the key ID, and see that the key still exists at Apple; if not, make a new one."
        )
    return _(
        "The client secret is wrong, or has expired. Make a new one with the provider and set it here."
    )


def _discovery_remedy(provider: Provider) -> str:
    if provider.kind == Kind.OIDC:
        return _(
            "Open the issuer with /.well-known/openid-configuration at its end: it must answer, and name the issuer exactly as it stands here. An address inside your network must be in MAGO_FEDERATION_NETWORKS."
        )
    if provider.kind == Kind.MICROSOFT:
        return _("Compare the tenant, and see that this server reaches login.microsoftonline.com.")
    return _("See that this server reaches the provider: its firewall, DNS and clock.")
