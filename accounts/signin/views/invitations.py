"""An invitation: who invites to what, and the ways to accept it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, public, signed_in
from accounts.access.models import Invitation
from accounts.access.selectors.members import invitation_of
from accounts.models import User
from accounts.organizations.services import accept_invitation
from accounts.sessions import pipeline
from accounts.sessions.assurance import Proof
from mago.core.errors import Refused

from .. import limits, services
from ..forms import JoinForm, current_language
from ..services.common import network
from ..tokens import LinkSpent
from .common import show


@public
@require_safe
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    try:
        return _page(request, key, _open(key), JoinForm())
    except LinkSpent as refusal:
        return _spent(request, refusal)


@signed_in
@require_POST
def accept(request: HttpRequest, key: str) -> HttpResponse:
    try:
        membership = accept_invitation(secret=key, user=actor(request))
    except Refused as refusal:
        if refusal.code == LinkSpent.code:
            return _spent(request, refusal)
        messages.error(request, str(refusal.detail))
        return redirect("account_invitation", key)
    told = _("You are a member of %(organization)s.")
    messages.success(request, told % {"organization": membership.organization})
    return redirect("organizations:list")


@public
@require_POST
def join(request: HttpRequest, key: str) -> HttpResponseBase:
    """The account comes to be with its membership, and its person is signed in."""
    try:
        found, form = _open(key), JoinForm(request.POST)
        if request.user.is_authenticated or not form.is_valid():
            return _page(request, key, found, form)
        return _join(request, key, form)
    except LinkSpent as refusal:
        return _spent(request, refusal)
    except Refused as refusal:
        return _page(request, key, found, form, refusal)


def _join(request: HttpRequest, key: str, form: JoinForm) -> HttpResponseBase:
    data = form.cleaned_data
    user = services.join(
        secret=key, password=data["password1"], name=data["name"], language=current_language()
    )
    return pipeline.sign_in(
        request,
        user,
        method="password",
        proof=Proof.PASSWORD,
        next_url=reverse("organizations:list"),
    )


def _open(key: str) -> Invitation:
    limits.LINK_NETWORK.take(network())
    found = invitation_of(key)
    if found is None:
        raise LinkSpent(
            _("This invitation has expired, was used already or was taken back. Ask for a new one.")
        )
    return found


def _page(
    request: HttpRequest,
    key: str,
    found: Invitation,
    form: JoinForm,
    refusal: Refused | None = None,
) -> HttpResponse:
    # Whoever holds the link has the mail, so whether its address has an account is no secret to them.
    known = User.objects.filter(email=found.email).exists()
    own = request.user.is_authenticated and request.user.email == found.email
    context = {"invitation": found, "key": key, "known": known, "own": own}
    return show(request, "invitation", form, refusal, **context)


def _spent(request: HttpRequest, refusal: Refused) -> HttpResponse:
    context = {"refusal": refusal}
    return render(request, "accounts/signin/link_spent.html", context, status=refusal.status)
