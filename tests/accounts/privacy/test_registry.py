"""Each app says what it holds of a person: no reference and no column is forgotten, and no secret given away."""

import re

from django.apps import apps

from accounts.models import User
from accounts.privacy.registry import exempt, holdings

SECRET = re.compile(r"secret|password|hash|digest|\bmac\b|key|session_data|nonce|verifier|payload")


def references() -> set[tuple[str, str]]:
    return {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in [*model._meta.fields, *model._meta.many_to_many]
        if field.related_model is User
    }


def test_every_reference_to_a_person_is_spoken_of() -> None:
    held = {(one.model, one.by) for one in holdings()}
    spared = {(one.model, by) for one in exempt() for by in one.by.split()}
    assert held & spared == set()
    assert references() - held - spared == set(), "name these in the app's module `personal`"
    assert held | spared == references() | {("accounts.User", "pk")}


def test_every_column_of_what_is_held_is_given_or_withheld() -> None:
    for one in holdings():
        model = apps.get_model(one.model)
        of_people = {f.name for f in model._meta.fields if f.related_model is User}
        columns = {f.name for f in model._meta.fields} - of_people
        given, withheld = set(one.fields.split()), set(one.withheld.split())
        assert (given | withheld, given & withheld) == (columns, set()), one.model


def test_no_secret_is_given() -> None:
    for one in holdings():
        assert [name for name in one.fields.split() if SECRET.search(name)] == [], one.model


def test_what_is_exempt_and_what_is_kept_goes_without_the_person() -> None:
    """So that no row keeps an account from being deleted, and none that is nobody's own is deleted with it."""
    for model, by in [(one.model, by) for one in exempt() for by in one.by.split()]:
        field = apps.get_model(model)._meta.get_field(by)
        cascades = model == "mfa.RecoveryRequest" and by == "requested_by"
        assert field.many_to_many or field.null or cascades, (model, by)
    assert all(apps.get_model(h.model)._meta.get_field(h.by).null for h in holdings() if h.kept)
