"""The program's door of the sign-in pipeline: it ends in tokens where a page's ends in a session."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.mfa.models import Factor, Kind
from accounts.mfa.selectors import has_recovery_code, offered
from accounts.mfa.stages import FactorStage
from accounts.models import User
from accounts.organizations.selectors import demand_on
from accounts.provider.services import open_family
from accounts.sessions import pipeline
from accounts.sessions.pipeline import SignIn, Stage
from accounts.sessions.store import SessionStore
from accounts.signin import transactions
from mago.core.errors import Refused


class StepMissing(Refused):
    """The sign-in waits for more than the program has shown."""

    status = 401


class ApiDoor:
    def pause(self, request: HttpRequest, stage: Stage) -> HttpResponse:
        if stage.key != FactorStage.key:
            # Setting a factor up takes a page: a QR code, a passkey of the browser.
            words = _(
                "Your organization asks for a second factor. Sign in once in a browser and set one up."
            )
            raise StepMissing(words, code=f"{stage.key}_required")
        user = stage.login.user
        factors = _offered(user, stage.sign_in)
        methods = list(dict.fromkeys(factor.kind.value for factor in factors))
        if has_recovery_code(user):
            methods.append(Kind.RECOVERY.value)
        raise StepMissing(
            _("Give your second factor."),
            code="mfa_required",
            transaction=transactions.keep(user, pipeline.frozen(stage)),
            methods=methods,
            factors=[shape_of(factor) for factor in factors],
        )

    def open(
        self, request: HttpRequest, user: User, sign_in: SignIn, redirect_url: str | None
    ) -> HttpResponse:
        pair = open_family(user, method=sign_in.method, proofs=sign_in.proofs)
        return JsonResponse(pair.as_response())


def through_api(request: HttpRequest, state: dict[str, Any] | None = None) -> HttpRequest:
    """The request as the pipeline wants it, with the sign-in that waits; its session is in memory, and nothing is kept."""
    request.session = SessionStore()
    request.user = AnonymousUser()
    request.door = ApiDoor()  # type: ignore[attr-defined]
    if state is not None:
        pipeline.thaw(request, state)
    return request


def shape_of(factor: Factor) -> dict[str, Any]:
    """What a program may know of a factor before its person has signed in: enough to choose by."""
    return {
        "id": factor.pk,
        "method": factor.kind.value,
        "name": factor.name,
        "detail": factor.detail,
    }


def _offered(user: User, sign_in: SignIn) -> list[Factor]:
    return offered(user, sign_in.proofs, demand_on(user).strength_at(timezone.now()))
