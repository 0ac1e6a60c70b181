"""A directory, as one of the kinds of provider that an organization may have."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.federation.enterprise.endings import Ending, near
from accounts.federation.enterprise.kinds import OwnValue, Warning
from accounts.federation.enterprise.models import (
    IdentityProvider,
    Kind,
    ProviderSession,
    SetupTrial,
)
from accounts.federation.enterprise.services import Check
from accounts.models import User
from mago.core.forms import Form

from . import checks, endings, limits, services, views
from .forms import DirectoryForm, SignInForm
from .models import Directory, RunState
from .selectors import directory_of, runs_of


class LdapDirectory:
    kind = Kind.LDAP
    settings_template = ""

    def own_values(self, provider: IdentityProvider) -> list[OwnValue]:
        """Nothing of ours stands in a directory; the account that we read it with is made there."""
        return []

    def form(self, provider: IdentityProvider, data: Any = None, files: Any = None) -> Form:
        return DirectoryForm(_row(provider), data, files)

    def ask(self, form: Form) -> Any:
        return None

    def save(
        self, provider: IdentityProvider, form: Form, *, actor: User | None, asked: Any = None
    ) -> None:
        assert isinstance(form, DirectoryForm)
        services.configure(provider=provider, actor=actor, **form.values())

    def is_complete(self, provider: IdentityProvider) -> bool:
        return _row(provider) is not None

    def checks(self, provider: IdentityProvider) -> list[Check]:
        directory = directory_of(provider)
        limits.TRIAL.take(str(provider.pk))
        with limits.lane(directory):
            return [*checks.of_servers(directory), *checks.of_contents(directory)]

    def begin_test(
        self, request: HttpRequest, provider: IdentityProvider, trial: SetupTrial
    ) -> HttpResponseBase:
        return redirect("directory:trial", trial.pk)

    def begin_sign_in(
        self, request: HttpRequest, provider: IdentityProvider, *, email: str, next_url: str
    ) -> HttpResponseBase:
        return views.ask(request, provider, SignInForm(initial={"login": email}), next_url)

    def begin_sign_out(self, request: HttpRequest, session: ProviderSession) -> HttpResponse | None:
        """A directory knows of no sessions."""
        return None

    def warnings(self, provider: IdentityProvider) -> list[Warning]:
        directory = _row(provider)
        if directory is None:
            return []
        ending = near(endings.of([provider]).get(provider.pk, []))
        found = [Warning(one.text, is_urgent=one.is_urgent) for one in ending]
        return [*found, *_of_sync(directory)]

    def endings(self, providers: Sequence[IdentityProvider]) -> dict[UUID, list[Ending]]:
        return endings.of(providers)


def _row(provider: IdentityProvider) -> Directory | None:
    return Directory.objects.filter(provider=provider).first()


def _of_sync(directory: Directory) -> list[Warning]:
    last = runs_of(directory.provider).filter(is_dry=False).first()
    if last is None:
        return []
    if last.state == RunState.HELD:
        words = _("A sync was stopped, as it would disable many people. Confirm it, or drop it.")
        return [Warning(words, is_urgent=True)]
    if last.state == RunState.FAILED:
        return [Warning(_("The last sync of the directory failed."), is_urgent=directory.syncs)]
    return []
