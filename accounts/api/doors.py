"""The program's door of the sign-in pipeline: it ends in tokens where a page's ends in a session."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.models import User
from accounts.provider.services import open_family
from accounts.sessions.pipeline import SignIn, Stage
from accounts.sessions.store import SessionStore
from mago.core.errors import Refused


class ApiDoor:
    def pause(self, request: HttpRequest, stage: Stage) -> HttpResponse:
        raise Refused(code=f"{stage.key}_required")

    def open(
        self, request: HttpRequest, user: User, sign_in: SignIn, redirect_url: str | None
    ) -> HttpResponse:
        pair = open_family(user, method=sign_in.method, proofs=sign_in.proofs)
        return JsonResponse(pair.as_response())


def through_api(request: HttpRequest) -> HttpRequest:
    """The request as the pipeline wants it; its session is in memory, and nothing is kept."""
    request.session = SessionStore()
    request.user = AnonymousUser()
    request.door = ApiDoor()  # type: ignore[attr-defined]
    return request
