import doctest
import re

from mago.audit import cleaning, tags
from mago.audit.models import AuditEvent
from mago.audit.tags import Tag


def test_a_tag_is_source_subject_action() -> None:
    for tag in Tag:
        assert re.fullmatch(r"[a-z]+:[a-z]+(-[a-z]+)*:[a-z]+(-[a-z]+)*", tag), tag
        assert len(tag) <= AuditEvent._meta.get_field("tag").max_length


def test_tags_are_sorted() -> None:
    assert list(Tag) == sorted(Tag)


def test_every_tag_has_a_label_of_its_own() -> None:
    labels = [str(tag.label) for tag in Tag]
    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_a_tag_of_another_version_names_itself() -> None:
    assert AuditEvent(tag="signin:session:opened").label == "Signed in"
    assert AuditEvent(tag="future:thing:done").label == "future:thing:done"


def test_the_examples_in_docstrings_are_true() -> None:
    for module in (tags, cleaning):
        assert doctest.testmod(module).failed == 0
        assert doctest.testmod(module).attempted > 0
