"""What is sent, as a body or after the question mark: checked strictly, and what is wrong is named beside its name."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request

from mago.audit.cleaning import LONGEST_REASON
from mago.core.keyset import PAGE_SIZE

from .serializers import SecretField, StringField, TextField

LARGEST_PAGE = 200
LONGEST_DOCUMENT = 10_000


class Body(serializers.Serializer[Any]):
    """Nothing beside its fields is taken: what is misspelt would otherwise be passed over without a word."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            wrong = {str(name): [self._unknown()] for name in data if name not in self.fields}
            if isinstance(data, QueryDict):
                often = (name for name, values in data.lists() if len(values) > 1)
                wrong |= {str(name): [_("Give this once only.")] for name in often}
            if wrong:
                raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)

    def _unknown(self) -> str:
        return str(_("There is no field of this name."))


class Query(Body):
    """The parameters of a request that reads one thing."""

    def _unknown(self) -> str:
        return str(_("There is no parameter of this name."))


class PageQuery(Query):
    """The parameters of each list, and for a list with filters the base of its own."""

    cursor = StringField(
        required=False, max_length=2100, help_text="From `next` or `previous` of another page."
    )
    page_size = serializers.IntegerField(
        required=False, default=PAGE_SIZE, min_value=1, max_value=LARGEST_PAGE
    )


class KeyBody(Body):
    key = SecretField(help_text="The last part of the link in the mail.")


class ReasonBody(Body):
    """Kept in the audit trail."""

    reason = TextField(max_length=LONGEST_REASON)


class OptionalReasonBody(Body):
    """Kept in the audit trail."""

    reason = TextField(max_length=LONGEST_REASON, required=False, default="", allow_blank=True)


class DocumentField(serializers.DictField):
    """A JSON object that a service reads; whatever no database takes is refused here."""

    default_error_messages = {
        "unusable": gettext_lazy("This contains characters that cannot be used here."),
        "too_long": gettext_lazy("This is too long."),
    }

    def __init__(self, *, longest: int = LONGEST_DOCUMENT, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def to_internal_value(self, data: Any) -> Any:
        document = super().to_internal_value(data)
        try:
            text = json.dumps(document, ensure_ascii=False)
            if "\\u0000" in text:
                self.fail("unusable")
            if len(text.encode()) > self.longest:
                self.fail("too_long")
        except (UnicodeEncodeError, RecursionError):
            self.fail("unusable")
        return document


class RowField(serializers.UUIDField):
    """The identifier of a row that `find` gives for the view; cleaned to that row."""

    default_error_messages = {
        "no_row": gettext_lazy("There is nothing of this kind here."),
    }

    def __init__(self, find: Callable[[Any], QuerySet[Any]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.find = find

    def to_internal_value(self, data: Any) -> Any:
        row = self.find(self.context["view"]).filter(pk=super().to_internal_value(data)).first()
        if row is None:
            self.fail("no_row")
        return row


def cleaned(
    form: type[serializers.Serializer[Any]], data: Any, view: Any, *, partial: bool = False
) -> dict[str, Any]:
    """The fields of `data`, each as its service takes it; ValidationError beside those that are wrong."""
    filled = form(data=data, context={"view": view, "request": view.request}, partial=partial)
    filled.is_valid(raise_exception=True)
    return dict(filled.validated_data)


def asked(query: type[serializers.Serializer[Any]], request: Request, view: Any) -> dict[str, Any]:
    """The parameters of a request."""
    return cleaned(query, request.query_params, view)
