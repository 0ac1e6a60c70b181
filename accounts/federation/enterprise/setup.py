"""The steps of a set-up, as the admin center and the holders of a set-up link both take them."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mago.core.errors import Conflict, Refused
from mago.core.form_pages import posted
from mago.core.forms import Form
from mago.core.holding import hold

from . import mapping, services
from .forms import MappingForm
from .kinds import kind_of
from .models import IdentityProvider, SetupTrial
from .selectors import newest_trial


@dataclass(frozen=True)
class Step:
    name: str
    title: str | Promise


STEPS = (
    Step("values", _("Copy our values")),
    Step("settings", _("Give theirs")),
    Step("mapping", _("Who is who")),
    Step("test", _("Test")),
)
NAMES = [step.name for step in STEPS]


@dataclass(frozen=True)
class Sent:
    """A form as it was sent, or is to be filled in; `is_done` once what it held is saved."""

    form: Form
    is_done: bool
    status: int


def take(
    request: HttpRequest, provider: IdentityProvider, step: str, actor: User | None
) -> tuple[Sent | None, dict[str, Any]]:
    """What became of the form of a step, if it has one, and what its page shows."""
    context: dict[str, Any] = {
        "provider": provider,
        "steps": [one.title for one in STEPS],
        "current": NAMES.index(step) + 1,
        "trial": newest_trial(provider),
    }
    sent: Sent | None = None
    if step == "values":
        context["own_values"] = kind_of(provider.kind).own_values(provider)
    elif step == "settings":
        sent = settings_step(request, provider, actor)
    elif step == "mapping":
        sent, context["preview"] = mapping_step(request, provider, actor)
    if sent is not None:
        context["form"] = sent.form
    return sent, context


def settings_step(request: HttpRequest, provider: IdentityProvider, actor: User | None) -> Sent:
    """What the customer copies from their provider's console."""
    kind, data, files = kind_of(provider.kind), posted(request), request.FILES
    form = kind.form(provider, data, files)
    if data is None:
        return Sent(form, False, 200)
    try:
        asked = kind.ask(form) if form.is_valid() else None
    except Refused as refusal:
        form.refuse(refusal)
        return Sent(form, False, refusal.status)
    with transaction.atomic():
        hold(provider)
        form = kind.form(provider, data, files)
        return _sent(form, lambda: kind.save(provider, form, actor=actor, asked=asked))


def mapping_step(
    request: HttpRequest, provider: IdentityProvider, actor: User | None
) -> tuple[Sent, dict[str, Any]]:
    """Which attribute tells what; with what the newest test would make of that, saved or only looked at."""
    if "preview" in request.POST:
        form = MappingForm(provider, posted(request))
        valid = form.is_valid()
        tried = form.values["attribute_mapping"] if valid else None
        return Sent(form, False, 200 if valid else 400), preview(provider, tried)
    if request.method != "POST":
        return Sent(MappingForm(provider), False, 200), preview(provider)
    with transaction.atomic():
        hold(provider)
        form = MappingForm(provider, posted(request))
        sent = _sent(
            form,
            lambda: services.edit_provider(provider=provider, actor=actor, **form.values),
        )
    return sent, preview(provider)


def preview(provider: IdentityProvider, tried: dict[str, str] | None = None) -> dict[str, Any]:
    """What the newest test told, and what this mapping, or the one that is saved, makes of it."""
    trial = newest_trial(provider, with_person=True)
    if trial is None or trial.asserted is None:
        return {}
    attributes = {name: tuple(values) for name, values in trial.asserted["attributes"].items()}
    mapped = provider.attribute_mapping if tried is None else tried
    return {
        "attributes": sorted(trial.asserted["attributes"].items()),
        "email": mapping.email_of(attributes, mapped),
        "name": mapping.name_of(attributes, mapped),
        "groups": mapping.groups_of(attributes, mapped),
    }


def look(provider: IdentityProvider, actor: User | None) -> list[services.Check]:
    """What can be told of the provider without a person. What is wrong is kept as a test that has failed; what is
    right proves nothing yet: that takes somebody who comes back from there. Conflict where too little is known."""
    _demand_complete(provider)
    checks = kind_of(provider.kind).checks(provider)
    if any(check.passed is False for check in checks):
        services.finish_trial(services.begin_trial(provider, actor=actor), checks)
    return checks


def _demand_complete(provider: IdentityProvider) -> None:
    if not kind_of(provider.kind).is_complete(provider):
        raise Conflict(_("Give the values of the provider first."), code="not_set_up")


def start_test(
    request: HttpRequest, provider: IdentityProvider, actor: User | None
) -> tuple[SetupTrial, HttpResponseBase | None]:
    """The way to the provider for a round trip; None where the checks without a person failed already, which
    the results say. Conflict where too little is known to try it."""
    kind = kind_of(provider.kind)
    _demand_complete(provider)
    trial = services.begin_trial(provider, actor=actor)
    checks = kind.checks(provider)
    if any(check.passed is False for check in checks):
        services.finish_trial(trial, checks)
        return trial, None
    try:
        return trial, kind.begin_test(request, provider, trial)
    except Refused as refusal:
        why = refusal.for_administrator if isinstance(refusal, services.Refused) else ""
        failed = services.Check(str(_("The way to the provider")), False, str(refusal.detail), why)
        services.finish_trial(trial, [*checks, failed])
        return trial, None


def _sent(form: Form, save: Any) -> Sent:
    try:
        if form.is_valid():
            save()
            return Sent(form, True, 200)
    except Refused as refusal:
        form.refuse(refusal)
        return Sent(form, False, refusal.status)
    return Sent(form, False, 400)
