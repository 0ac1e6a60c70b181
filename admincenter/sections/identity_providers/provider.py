"""One identity provider: how it does, the steps of its set-up, its test, its roles, its people, and its end."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.federation.enterprise import services, setup
from accounts.federation.enterprise.kinds import kind_of, result_url
from accounts.federation.enterprise.models import IdentityProvider
from accounts.federation.enterprise.selectors import newest_trial
from accounts.federation.enterprise.services import setup_links
from mago.core.errors import NotFound, Refused
from mago.core.form_pages import get_or_post, posted
from mago.core.holding import held

from ...once import nothing_made, once, shown_once
from ...pages import submit
from ...reasons import with_reason
from ...selectors import identity_providers as selectors
from .common import act, list_url, provider, section, url_of
from .forms import RolesForm, StateForm


@require(Permission.IDENTITY_PROVIDERS_READ, of=provider)
@require_safe
def show(request: HttpRequest, found: IdentityProvider) -> HttpResponse:
    return _show(request, found)


def _show(request: HttpRequest, found: IdentityProvider, new_link: str = "") -> HttpResponse:
    trial = newest_trial(found)
    context = {
        "provider": found,
        "kind": kind_of(found.kind),
        "warnings": kind_of(found.kind).warnings(found),
        "keys": selectors.own_keys_for(found),
        "trial": trial,
        "has_passed": trial is not None and services.has_passed(trial),
        "links": setup_links.usable_links(found),
        "new_link": new_link,
        "identities": selectors.newest_identities(found),
        "people": found.identities.filter(ended_at=None).count(),
        "start": reverse("enterprise:begin", args=[found.organization.slug, found.slug]),
        "steps": setup.STEPS,
    }
    return section(request, found.organization, "provider", context)


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=provider)
@get_or_post
def step(request: HttpRequest, found: IdentityProvider, step: str) -> HttpResponse:
    """A step of the set-up, as those who hold a set-up link take it."""
    if step not in setup.NAMES:
        raise NotFound
    sent, context = setup.take(request, found, step, actor(request))
    if sent is not None and sent.is_done:
        messages.success(request, _("Saved."))
        following = setup.NAMES[setup.NAMES.index(step) + 1]
        return redirect(f"{url_of(found)}steps/{following}/")
    context |= {"back": url_of(found), "step": step, "names": setup.NAMES}
    status = sent.status if sent is not None else 200
    return section(request, found.organization, "step", context, status=status)


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=provider)
@require_POST
def test(request: HttpRequest, found: IdentityProvider) -> HttpResponseBase:
    try:
        trial, way = setup.start_test(request, found, actor(request))
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
        return redirect(url_of(found))
    return way or redirect(result_url(trial))


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=provider)
@get_or_post
@held()
def roles(request: HttpRequest, found: IdentityProvider) -> HttpResponse:
    form = RolesForm(found, posted(request))

    def save(**data: object) -> bool:
        services.set_roles(provider=found, actor=actor(request), **data)  # type: ignore[arg-type]
        return True

    form.service_fields = {"group_roles": "default_role"}
    done, status = submit(form, save)
    if done:
        messages.success(request, _("They count from the next sign-in or sync of each person on."))
        return redirect(url_of(found))
    context = {"provider": found, "form": form, "back": url_of(found)}
    return section(request, found.organization, "roles", context, status=status)


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=provider)
@require_POST
def state(request: HttpRequest, found: IdentityProvider) -> HttpResponse:
    form = StateForm(request.POST)
    if not form.is_valid():
        raise NotFound
    wanted = form.cleaned_data["state"]
    return act(
        request,
        lambda: services.advance(provider=found, state=wanted, actor=actor(request)),
        _("It counts at once."),
        to=url_of(found),
    )


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=provider)
@require_POST
def remove(request: HttpRequest, found: IdentityProvider) -> HttpResponse:
    return with_reason(
        request,
        lambda reason: services.remove_provider(
            provider=found, actor=actor(request), reason=reason
        ),
        _("The provider is gone, and whoever came by it is signed out."),
        title=_("Remove"),
        of=found,
        to=list_url(found.organization),
    )


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=provider)
@require_POST
def remove_identity(
    request: HttpRequest, found: IdentityProvider, identity_id: UUID
) -> HttpResponse:
    identity = selectors.identity_of(found, identity_id)
    return act(
        request,
        lambda: services.remove_identity(identity=identity, actor=actor(request)),
        _("It is removed. At their next sign-in the person is looked up by their address anew."),
        to=url_of(found),
    )


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=provider)
@require_POST
@once
def create_link(request: HttpRequest, found: IdentityProvider) -> HttpResponse:
    """The address of the link is shown this once."""
    try:
        _link, address = setup_links.create_link(provider=found, actor=actor(request))
    except Refused as refusal:
        nothing_made(request)
        messages.error(request, str(refusal.detail))
        return redirect(url_of(found))
    shown_once(request, url_of(found))
    response = _show(request, found, new_link=address)
    response.headers["Cache-Control"] = "no-store"
    return response


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=provider)
@require_POST
def revoke_link(request: HttpRequest, found: IdentityProvider, link_id: UUID) -> HttpResponse:
    link = found.setup_links.filter(pk=link_id).first()
    if link is None:
        raise NotFound
    link.provider = found
    return act(
        request,
        lambda: setup_links.revoke_link(link=link, actor=actor(request)),
        _("The link opens nothing any more."),
        to=url_of(found),
    )
