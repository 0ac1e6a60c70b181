"""The page on which the people of a directory type their password, and the one on which a test asks for one."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.access.guards import public
from accounts.federation.enterprise import entrance as arrivals
from accounts.federation.enterprise import services as enterprise
from accounts.federation.enterprise.holders import may_set_up
from accounts.federation.enterprise.kinds import result_url
from accounts.federation.enterprise.models import IdentityProvider, SetupTrial
from accounts.federation.enterprise.selectors import provider_at
from accounts.federation.enterprise.services import finish_trial
from mago.core.errors import NotFound, Refused, with_headers
from mago.core.form_pages import get_or_post, posted
from mago.core.http import safe_next

from . import checks, entrance, limits
from .forms import SignInForm
from .selectors import directory_of


@public
@get_or_post
def sign_in(request: HttpRequest, organization: str, provider: str) -> HttpResponseBase:
    found = provider_at(organization, provider)
    directory_of(found)
    next_url = safe_next(request.POST.get("next") or request.GET.get("next")) or ""
    if request.user.is_authenticated:
        return redirect(next_url or "accounts:profile")
    if request.method != "POST":
        return ask(request, found, SignInForm(), next_url)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return ask(request, found, form, next_url, status=400)
    try:
        return entrance.sign_in(request, found, next_url=next_url, **form.cleaned_data)
    except enterprise.Refused as refusal:
        return arrivals.refuse(request, found, refusal)
    except Refused as refusal:
        form.refuse(refusal)
        response = ask(request, found, form, next_url, status=refusal.status)
        return with_headers(response, refusal)


def ask(
    request: HttpRequest,
    provider: IdentityProvider,
    form: SignInForm,
    next_url: str = "",
    *,
    status: int = 200,
) -> HttpResponse:
    """The page that asks for the password."""
    where = reverse("directory:sign_in", args=[provider.organization.slug, provider.slug])
    context = {"form": form, "provider": provider, "next": next_url, "action": where}
    return render(request, "accounts/directory/sign_in.html", context, status=status)


@public
@get_or_post
def trial(request: HttpRequest, trial_id: UUID) -> HttpResponse:
    """A test goes the way of a sign-in, with every step shown; nobody is let in."""
    rows = SetupTrial.objects.select_related("provider__organization")
    found = rows.filter(pk=trial_id, finished_at=None).first()
    if found is None or not may_set_up(request, found.provider):
        raise NotFound
    form = SignInForm(posted(request))
    if not form.is_valid():
        context = {"form": form, "provider": found.provider, "trial": found}
        status = 400 if form.is_bound else 200
        return render(request, "accounts/directory/trial.html", context, status=status)
    limits.TRIAL.take(str(found.provider_id))
    directory = directory_of(found.provider)
    with limits.lane(directory):
        made = [*checks.of_servers(directory), *checks.of_contents(directory)]
        person, asserted = checks.of_person(directory, **form.cleaned_data)
    finish_trial(found, made + person, asserted=asserted)
    return redirect(result_url(found))
