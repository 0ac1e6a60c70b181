"""An organization's own roles, and the conditions under which one counts."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .organization import NameForm
from .permissions import PermissionsWidget, boxes


class RoleForm(NameForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("Permissions"),
        choices=boxes,
        widget=PermissionsWidget,
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class RuleField(forms.CharField):
    """A condition's rule as JSON text; cleaned to what it says. Whether it is a rule, the service decides."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=5000, **kwargs)
        self.widget.attrs.update(rows=10, spellcheck="false", autocapitalize="none")

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)

    def clean(self, value: Any) -> Any:
        try:
            return json.loads(super().clean(value))
        except json.JSONDecodeError as error:
            words = _("This is no JSON: line %(line)s, column %(column)s.")
            place = {"line": error.lineno, "column": error.colno}
            raise forms.ValidationError(words % place) from None
        except (RecursionError, ValueError):
            raise forms.ValidationError(_("This is no JSON.")) from None


class ConditionForm(NameForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    rule = RuleField(label=gettext_lazy("Rule"))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
