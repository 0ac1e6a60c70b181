"""The conditions of an organization: circumstances under which roles count."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import services
from accounts.access.dry_run import BadRule, DryRun, if_condition_were
from accounts.access.guards import actor, require
from accounts.access.models import Condition
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization
from mago.core.form_pages import get_or_post, posted
from mago.core.holding import held

from ...exports import set_up
from ...exports.ways import way_to_export
from ...once import once
from ...selectors.organizations import conditions_of
from .common import act, form_page, organization, owned, section
from .dry_run import form_with_dry_run
from .forms.roles import ConditionForm

TAB = "organization_conditions"
EXAMPLES = (
    '{"network": ["192.0.2.0/24", "2001:db8::/32"]}',
    '{"time": {"zone": "Europe/Rome", "days": [1, 2, 3, 4, 5], "from": "08:00", "to": "18:00"}}',
    '{"strength": {"at_least": 2, "minutes": 30}}',
    '{"method": ["password", "passkey"]}',
    '{"email_domain": ["example.com"]}',
    '{"attribute": {"name": "site.country", "any_of": ["IT", "CH"]}}',
    '{"all": [{"network": ["192.0.2.0/24"]}, {"not": {"method": ["password"]}}]}',
)


@require(Permission.ROLES_READ, of=organization)
@require_safe
def conditions(request: HttpRequest, whose: Organization) -> HttpResponse:
    way = way_to_export(request, set_up.Conditions, whose)
    context = {"conditions": conditions_of(whose), **way}
    return section(request, whose, "conditions", context, tab=TAB)


@require(Permission.CONDITIONS_EDIT, of=organization)
@get_or_post
@once
def create(request: HttpRequest, whose: Organization) -> HttpResponse:
    return form_page(
        request,
        whose,
        ConditionForm(posted(request), initial={"rule": {"network": ["192.0.2.0/24"]}}),
        tab=TAB,
        title=_("New condition"),
        save=lambda name, rule, seen: services.create_condition(
            organization=whose, name=name, rule=rule, actor=actor(request)
        ),
        told=_("The condition exists now. It counts for roles that are granted under it."),
        examples=EXAMPLES,
    )


def _condition(request: HttpRequest, whose: Organization, condition_id: UUID) -> Condition:
    slug, permission = whose.slug, Permission.CONDITIONS_EDIT
    row: Condition = owned(request, slug, Condition, condition_id, permission)
    return row


@require(Permission.CONDITIONS_EDIT, of=organization)
@get_or_post
@held(_condition)
def edit(request: HttpRequest, whose: Organization, condition: Condition) -> HttpResponse:
    def run(name: str, rule: Any) -> DryRun:
        try:
            return if_condition_were(condition, rule)
        except BadRule:
            return DryRun([])  # The service says what is wrong.

    def save(name: str, rule: Any, **seen: Any) -> None:
        services.edit_condition(condition=condition, name=name, rule=rule, actor=actor(request))

    return form_with_dry_run(
        request,
        whose,
        ConditionForm(posted(request), initial={"name": condition.name, "rule": condition.rule}),
        run=run,
        save=save,
        tab=TAB,
        title=condition.name,
        told=_("Saved."),
        examples=EXAMPLES,
        supposed=True,
    )


@require(Permission.CONDITIONS_EDIT, of=organization)
@require_POST
def delete(request: HttpRequest, whose: Organization, condition_id: UUID) -> HttpResponse:
    condition = _condition(request, whose, condition_id)
    return act(
        request,
        whose,
        lambda: services.delete_condition(condition=condition, actor=actor(request)),
        _("The condition is deleted."),
        tab=TAB,
    )
