"""What an operator sets is read: a default, a value or a file; nonsense is answered with a sentence."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from mago.settings import env


def test_without_a_value_the_default_holds(given: pytest.MonkeyPatch) -> None:
    assert env.text("X", "d", meaning="") == "d"
    given.setenv("X", "")
    assert env.text("X", "d", meaning="") == "d"


@pytest.mark.parametrize(
    ("raw", "value"), [("1", True), ("TRUE", True), ("on", True), ("0", False), ("No", False)]
)
def test_a_boolean_is_one_of_a_few_words(given: pytest.MonkeyPatch, raw: str, value: bool) -> None:
    given.setenv("X", raw)
    assert env.boolean("X", not value, meaning="") is value


@pytest.mark.parametrize("raw", ["maybe", "2", "y", " "])
def test_any_other_word_is_refused(given: pytest.MonkeyPatch, raw: str) -> None:
    given.setenv("X", raw)
    with pytest.raises(ImproperlyConfigured, match=r"^X is .*Give true or false\.$"):
        env.boolean("X", False, meaning="")


@pytest.mark.parametrize("raw", ["", "0", "5", "5.0", "five", "0x3", "99999999999999999999", "-1"])
def test_a_number_out_of_its_bounds_is_refused_with_the_bounds(
    given: pytest.MonkeyPatch, raw: str
) -> None:
    given.setenv("X", raw)
    if not raw:
        assert env.integer("X", 3, low=1, high=4, meaning="") == 3
        return
    with pytest.raises(ImproperlyConfigured, match=r"^X is .*Give a whole number from 1 to 4\.$"):
        env.integer("X", 3, low=1, high=4, meaning="")


def test_a_choice_names_what_there_is_to_choose(given: pytest.MonkeyPatch) -> None:
    given.setenv("X", "c")
    with pytest.raises(ImproperlyConfigured, match=r"Give one of a, b\.$"):
        env.choice("X", "a", ("a", "b"), meaning="")


@pytest.mark.parametrize(
    "raw", ["ftp://u:hunter2@h", "h:25", "redis://[", "redis://h:port", "//u:hunter2@h"]
)
def test_a_url_that_is_none_is_refused_without_its_password(
    given: pytest.MonkeyPatch, raw: str
) -> None:
    given.setenv("X", raw)
    with pytest.raises(ImproperlyConfigured, match=r"^X ") as refused:
        env.url("X", "", ("redis",), meaning="")
    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in str(refused.value.__cause__)


def test_a_url_is_taken_apart_and_its_escapes_undone(given: pytest.MonkeyPatch) -> None:
    given.setenv("X", "redis://u%40x:p%2Fw@h:1/0?a=b")
    assert env.url("X", "", ("redis",), meaning="") == (
        "redis",
        "h",
        1,
        "u@x",
        "p/w",
        "/0",
        {"a": "b"},
    )


def test_a_value_may_lie_in_a_file(given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("from file\n")
    given.setenv("X_FILE", str(tmp_path / "x"))
    assert env.text("X", "d", meaning="") == "from file"


def test_value_and_file_at_once_are_refused(given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("b")
    given.setenv("X", "a")
    given.setenv("X_FILE", str(tmp_path / "x"))
    with pytest.raises(
        ImproperlyConfigured, match=r"^X is set beside X_FILE\. Set one of the two\.$"
    ):
        env.text("X", meaning="")


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_refused(
    given: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    if content:
        (tmp_path / "x").write_bytes(content)
    given.setenv("X_FILE", str(tmp_path / "x"))
    with pytest.raises(ImproperlyConfigured, match=r"^X_FILE cannot be read"):
        env.text("X", meaning="")
