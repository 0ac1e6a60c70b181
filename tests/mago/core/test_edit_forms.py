"""Two people edit the same thing at once."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

from mago.core.edit_forms import EditForm


class RiskForm(EditForm):
    asset = forms.CharField(max_length=100)
    plan = forms.CharField(widget=forms.Textarea, required=False)
    likelihood = forms.ChoiceField(choices=[("1", "Rare"), ("5", "Often")])
    tags = forms.MultipleChoiceField(choices=[(c, c) for c in "abc"], required=False)
    review = forms.DateField(required=False)
    is_open = forms.BooleanField(required=False)
    secret = forms.CharField(widget=forms.PasswordInput, required=False)


BEFORE = {
    "asset": "Keys",
    "plan": "One\nTwo",
    "likelihood": "5",
    "tags": ["b", "a"],
    "review": None,
    "is_open": True,
    "secret": "s3cret",
}


def sent(opened_with: dict[str, Any], **typed: Any) -> QueryDict:
    """What a browser sends of a page that was opened over these values."""
    page = RiskForm(initial=opened_with)
    data = QueryDict(mutable=True)
    for name in page.fields:
        value = page[name].value()
        value = typed.get(name, None if name == "secret" else value)
        if isinstance(value, list):
            data.setlist(name, value)
        elif value not in (None, False):
            data[name] = "on" if value is True else str(value).replace("\n", "\r\n")
    return data


def test_what_nobody_else_has_changed_is_saved_as_it_was_typed() -> None:
    form = RiskForm(sent(BEFORE, asset="Signing keys", is_open=False), initial=BEFORE)
    assert form.is_valid()
    assert "opened" not in form.cleaned_data
    assert (form.cleaned_data["asset"], form.cleaned_data["is_open"]) == ("Signing keys", False)
    assert form.cleaned_data["tags"] == ["b", "a"]


def test_what_only_somebody_else_has_changed_stays_theirs() -> None:
    now = BEFORE | {"plan": "Three", "tags": ["c"], "is_open": False, "likelihood": "1"}
    form = RiskForm(sent(BEFORE, asset="Signing keys"), initial=now)
    assert form.is_valid()
    kept = {name: form.cleaned_data[name] for name in ("plan", "tags", "is_open", "likelihood")}
    assert kept == {"plan": "Three", "tags": ["c"], "is_open": False, "likelihood": "1"}
    assert form.cleaned_data["asset"] == "Signing keys"


def test_what_both_have_changed_is_theirs_until_the_form_is_sent_once_more() -> None:
    now = BEFORE | {"asset": "All <keys>", "likelihood": "1", "tags": ["c"]}
    mine = sent(BEFORE | {"likelihood": "x"}, asset="Signing keys", likelihood="5", tags=["a"])
    form = RiskForm(mine, initial=now)
    assert list(form.errors) == ["asset", "likelihood", "tags"]
    page = form.as_p()
    assert "changed this to “All &lt;keys&gt;”" in page
    assert "changed this to “Rare”" in page
    # It is shown as it was typed, and what was shown is what is compared next.
    again = QueryDict(mutable=True)
    again.update(form.data)
    again.setlist("tags", ["a"])
    assert (again["asset"], again["opened"]) == (
        "Signing keys",
        RiskForm(initial=now)["opened"].value(),
    )
    assert RiskForm(again, initial=now).is_valid()


def test_who_has_typed_the_same_and_who_sends_no_mark_are_not_asked() -> None:
    now = BEFORE | {"asset": "Signing keys"}
    assert RiskForm(sent(BEFORE, asset="Signing keys"), initial=now).is_valid()
    bare = sent(BEFORE, asset="Mine")
    for marks in (None, "", "asset", ":::", "asset:", "nothing:ab é:1"):
        bare["opened"] = marks or ""
        assert RiskForm(bare, initial=now).is_valid()


def test_the_page_holds_no_mark_of_a_secret() -> None:
    assert "secret" not in RiskForm(initial=BEFORE)["opened"].value()


class CertificateForm(EditForm):
    file = forms.FileField(required=False)

    def __init__(self, present: str, data: Any = None, files: Any = None) -> None:
        self._present = present
        super().__init__(data, files)

    @property
    def behind(self) -> dict[str, str]:
        return {"file": self._present}


def test_a_file_takes_the_place_of_what_was_there_when_the_page_was_opened() -> None:
    page = CertificateForm("old")
    data = {"opened": page["opened"].value()}
    file = {"file": SimpleUploadedFile("ca.pem", b"mine")}
    assert CertificateForm("old", data, file).is_valid()
    # Who sends no file replaces none.
    assert CertificateForm("theirs", data, {}).is_valid()
    form = CertificateForm("theirs", data, file)
    assert "Choose the file again" in str(form.errors["file"])
    assert CertificateForm("theirs", form.data, file).is_valid()
