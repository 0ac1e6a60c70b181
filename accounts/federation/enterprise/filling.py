"""The values of a provider, given by a program: as on the form of its kind, where nobody types."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _

from accounts.models import User
from mago.core.edit_forms import OPENED
from mago.core.errors import Refused
from mago.core.forms import Form

from .kinds import kind_of
from .models import IdentityProvider

Given = Mapping[str, str | bool | bytes]


def values_of(provider: IdentityProvider) -> dict[str, Any]:
    """What is known of the provider, by the names of its form's fields; secrets and files are never told."""
    form = kind_of(provider.kind).form(provider)
    return {
        name: form[name].value() or ""
        for name, field in fields_of(provider).items()
        if not is_secret(field) and not isinstance(field, forms.FileField)
    }


def fields_of(provider: IdentityProvider) -> dict[str, forms.Field]:
    """What can be said of the provider; the mark of what a page showed is none of it."""
    fields = kind_of(provider.kind).form(provider).fields
    return {name: field for name, field in fields.items() if name != OPENED}


def is_secret(field: forms.Field) -> bool:
    return isinstance(field.widget, forms.PasswordInput)


def ask(provider: IdentityProvider, given: Given) -> Any:
    """What `fill` has to be told by another server: asked before a transaction begins, in which others would wait for it."""
    form = _form(provider, given)
    return kind_of(provider.kind).ask(form) if form.is_valid() else None


def fill(
    provider: IdentityProvider, given: Given, *, actor: User | None, asked: Any = None
) -> None:
    """The provider is as before but for what is given; a file as its content. Refused beside the fields that are wrong."""
    form = _form(provider, given)
    if not form.is_valid():
        raise Refused(fields=_errors(form))
    kind_of(provider.kind).save(provider, form, actor=actor, asked=asked)
    provider.refresh_from_db()


def _form(provider: IdentityProvider, given: Given) -> Form:
    fields = fields_of(provider)
    if unknown := given.keys() - fields.keys():
        words = _("There is no field of this name.")
        raise Refused(fields={name: [words] for name in unknown})
    files = {
        name: SimpleUploadedFile(name, _bytes(value))
        for name, value in given.items()
        if isinstance(fields[name], forms.FileField) and value
    }
    data = values_of(provider) | {
        name: value
        for name, value in given.items()
        if not isinstance(fields[name], forms.FileField)
    }
    sent = {name: value for name, value in data.items() if value not in (None, False)}
    return kind_of(provider.kind).form(provider, sent, files)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _errors(form: Form) -> dict[str, list[str]]:
    return {name: [str(words) for words in errors] for name, errors in form.errors.items()}
