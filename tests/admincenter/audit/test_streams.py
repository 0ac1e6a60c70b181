"""Streams: where the trail is sent on to, and what is known of those that fail."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import grant_role
from mago.audit.models import AuditDeadLetter, AuditLink, AuditStream, StreamKind
from mago.audit.services import record, seal
from mago.audit.streams import following
from mago.audit.streams.connecting import ContentRefused, Step, StreamFailed
from mago.audit.streams.services import create_stream
from mago.audit.tags import Tag
from tests.conftest import Browser

AT = "/admincenter/audit/streams/"
WEBHOOK = {"name": "siem", "kind": "webhook", "address": "https://siem.example.com/in/hidden"}


@pytest.fixture
def stream(dora: Any) -> AuditStream:
    return create_stream(**WEBHOOK, from_the_start=True, actor=dora)[0]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception | None], None]:
    """How the other side answers from now on."""

    def set_to(failure: Exception | None) -> None:
        def send(*args: Any) -> None:
            if failure:
                raise failure

        monkeypatch.setattr(following, "SENDERS", dict.fromkeys(StreamKind, send))

    return set_to


def test_the_secret_of_a_new_one_is_shown_once(admin: Any) -> None:
    response = admin.post(f"{AT}create/", WEBHOOK)
    made = AuditStream.objects.get()
    assert (response.status_code, made.secret in response.content.decode()) == (201, True)
    page = admin.get(f"{AT}{made.pk}/").content.decode()
    for hidden in (made.secret, "/in/hidden"):
        assert hidden not in page
        assert hidden not in admin.get(f"{AT}{made.pk}/edit/").content.decode()
    assert "https://siem.example.com" in page


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"address": "http://siem.example.com/"}, "address"),
        ({"address": ""}, "address"),
        ({"kind": "pigeon"}, "kind"),
        ({"name": ""}, "name"),
        ({"name": "taken"}, "name"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    admin: Any, dora: Any, fields: Any, wrong: str
) -> None:
    create_stream(name="taken", kind="syslog", address="tls://log.example.com", actor=dora)
    response = admin.post(f"{AT}create/", WEBHOOK | fields)
    assert (response.status_code, list(response.context["form"].errors)) == (400, [wrong])
    assert AuditStream.objects.count() == 1


def test_the_list_tells_how_each_does(admin: Any, stream: AuditStream) -> None:
    record(Tag.SIGN_OUT)
    seal()
    page = admin.get(AT)
    assert "Sending" in page.content.decode()
    assert page.context["end"] > stream.position
    AuditStream.objects.update(failures=3, last_error="connect: refused")
    page = admin.get(AT).content.decode()
    assert "Failing" in page
    assert "connect: refused" in page
    assert [len(admin.get(AT, {"state": s}).context["rows"]) for s in ("failing", "dead")] == [1, 0]


def test_it_is_sent_elsewhere_only_with_its_secret(admin: Any, stream: AuditStream) -> None:
    """CVE-2026-15943: whoever changes the address and keeps the masked secret has it used for themselves."""
    edit, elsewhere = f"{AT}{stream.pk}/edit/", "https://evil.example.com/"
    for secret in ("", "••••••••"):
        response = admin.post(edit, {"name": "siem", "address": elsewhere, "secret": secret})
        assert (response.status_code, list(response.context["form"].errors)) == (400, ["secret"])
        stream.refresh_from_db()
        assert stream.place == "https://siem.example.com"
    admin.post(edit, {"name": "renamed", "address": ""})
    stream.refresh_from_db()
    assert (stream.name, stream.address) == ("renamed", WEBHOOK["address"])
    admin.post(edit, {"name": "siem", "address": "https://b.example.com/", "secret": stream.secret})
    stream.refresh_from_db()
    assert stream.place == "https://b.example.com"


def test_a_test_names_the_step_that_failed(
    admin: Any, stream: AuditStream, answers: Any, events: Any
) -> None:
    answers(StreamFailed(Step.TLS, "certificate has expired"))
    response = admin.post(f"{AT}{stream.pk}/test/")
    page = response.content.decode()
    assert "certificate has expired" in page
    assert [how for _words, how in response.context["steps"]] == [
        *["passed"] * 4,
        "failed",
        *["not-reached"] * 2,
    ]
    answers(None)
    assert "The test arrived" in admin.post(f"{AT}{stream.pk}/test/").content.decode()
    assert len(events(Tag.AUDIT_STREAM_TESTED)) == 2


def test_it_is_paused_and_resumed(admin: Any, stream: AuditStream) -> None:
    for action, enabled in (("pause", False), ("resume", True)):
        admin.post(f"{AT}{stream.pk}/{action}/")
        stream.refresh_from_db()
        assert stream.is_enabled is enabled


def test_one_that_gave_up_shows_what_waits_and_goes_on(admin: Any, stream: AuditStream) -> None:
    record(Tag.SIGN_OUT)
    seal()
    gave_up = {"dead_since": timezone.now(), "failures": 9, "last_error": "answer: 500"}
    AuditStream.objects.update(**gave_up)
    response = admin.get(f"{AT}{stream.pk}/")
    assert "answer: 500" in response.content.decode()
    assert Tag.SIGN_OUT in [event.tag for event in response.context["waiting"]]
    admin.post(f"{AT}{stream.pk}/resume/")
    stream.refresh_from_db()
    assert (stream.state, stream.position) == ("sending", 0)
    AuditStream.objects.update(**gave_up)
    admin.post(f"{AT}{stream.pk}/skip/")
    stream.refresh_from_db()
    assert (stream.state, stream.position > 0) == ("sending", True)
    assert admin.get(f"{AT}{stream.pk}/").context["waiting"] == []


def test_its_secret_is_renewed(admin: Any, stream: AuditStream) -> None:
    old = stream.secret
    page = admin.post(f"{AT}{stream.pk}/renew/").content.decode()
    stream.refresh_from_db()
    assert stream.secret != old
    assert stream.secret in page


def test_it_is_deleted(admin: Any, stream: AuditStream) -> None:
    admin.post(f"{AT}{stream.pk}/delete/")
    assert not AuditStream.objects.exists()
    assert admin.get(f"{AT}{stream.pk}/").status_code == 404


@pytest.fixture
def letter(stream: AuditStream) -> AuditDeadLetter:
    """The first event could not be read there."""
    record(Tag.SIGN_OUT)
    seal()
    AuditStream.objects.update(position=1)
    return AuditDeadLetter.objects.create(
        stream=stream,
        first=1,
        last=1,
        reason="answer: 422 no",
        attempts=5,
        created_at=timezone.now(),
    )


def test_dead_letters_are_counted_in_the_list_and_listed_on_the_page(
    admin: Any, stream: AuditStream, letter: AuditDeadLetter
) -> None:
    assert "1 dead letter" in admin.get(AT).text
    page = admin.get(f"{AT}{stream.pk}/").text
    event = AuditLink.objects.get(sequence=1).event_id
    for shown in ("answer: 422 no", "Send again", "Discard", f"/admincenter/audit/{event}/"):
        assert shown in page
    letter.delete()
    assert "dead letter" not in admin.get(AT).text
    assert "Dead letters" not in admin.get(f"{AT}{stream.pk}/").text


def test_one_that_is_sent_again_is_gone_or_stays_with_the_new_reason(
    admin: Any, stream: AuditStream, letter: AuditDeadLetter, answers: Any
) -> None:
    at = f"{AT}{stream.pk}/letters/{letter.pk}/send/"
    answers(ContentRefused(Step.ANSWER, "400 Bad Request"))
    page = admin.post(at, follow=True).text
    assert "It was not taken: 400 Bad Request." in page
    assert "answer: 400 Bad Request" in page
    answers(None)
    assert "It was taken" in admin.post(at, follow=True).text
    assert not AuditDeadLetter.objects.exists()
    assert admin.post(at).status_code == 404


def test_one_is_discarded_for_a_reason_alone(
    admin: Any, stream: AuditStream, letter: AuditDeadLetter, events: Any
) -> None:
    at = f"{AT}{stream.pk}/letters/{letter.pk}/discard/"
    asked = admin.post(at, {"reason": ""})
    assert (asked.status_code, AuditDeadLetter.objects.count()) == (400, 1)
    admin.post(at, {"reason": "They have it from a file."})
    assert not AuditDeadLetter.objects.exists()
    (told,) = events(Tag.AUDIT_LETTER_DISCARDED)
    assert told.detail["reason"] == "They have it from a file."


def test_one_whose_events_are_gone_says_so(
    admin: Any, stream: AuditStream, letter: AuditDeadLetter, answers: Any
) -> None:
    AuditDeadLetter.objects.update(first=0, last=0)
    answers(None)
    page = admin.get(f"{AT}{stream.pk}/").text
    assert "it can only be discarded" in page
    assert "Send again" not in page
    told = admin.post(f"{AT}{stream.pk}/letters/{letter.pk}/send/", follow=True).text
    assert "it can only be discarded" in told
    assert AuditDeadLetter.objects.exists()


def test_who_may_only_read_sees_them_and_touches_none(
    stream: AuditStream, letter: AuditDeadLetter, answers: Any, bob: Any
) -> None:
    grant_role(user=bob, role=RoleName.SECURITY_OFFICER, actor=None, scope=PLATFORM)
    answers(None)
    auditor = Browser().as_person(bob)
    page = auditor.get(f"{AT}{stream.pk}/")
    assert "answer: 422 no" in page.text
    assert "Send again" not in page.text
    for action in ("send", "discard"):
        refused = auditor.post(f"{AT}{stream.pk}/letters/{letter.pk}/{action}/", {"reason": "x"})
        assert refused.status_code == 403
    assert AuditDeadLetter.objects.get().attempts == 5
