from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from mago.audit.models import AuditStream, StreamKind
from mago.audit.services import Tag
from mago.audit.streams import services
from mago.audit.streams.connecting import Step, StreamFailed
from mago.core.errors import Refused

from .conftest import Receiver

Make = Callable[..., AuditStream]


def test_the_secret_is_told_once_and_sealed(db: None, dora: SimpleNamespace) -> None:
    _, secret = services.create_stream(
        name="siem", kind="webhook", address="https://siem.example.com/", actor=dora
    )
    assert secret.startswith("whsec_")
    assert len(secret) == 50
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM audit_auditstream")
        assert secret not in cursor.fetchone()[0]
    assert (
        services.create_stream(
            name="log", kind="syslog", address="tls://log.example.com", actor=dora
        )[1]
        == ""
    )


def test_neither_secret_nor_path_is_in_the_trail(
    stream: Make, dora: SimpleNamespace, events: Any
) -> None:
    made = stream()
    elsewhere = {"address": "https://siem.example.com/other-path", "secret": made.secret}
    services.change_stream(made, name="b", actor=dora, **elsewhere)
    services.delete_stream(made, actor=dora)
    told = str([(event.detail, event.target_label) for event in events()])
    for secret in (made.secret, "0123456789", "other-path"):
        assert secret not in told
    assert "https://siem.example.com" in told


def test_each_change_is_recorded_with_who_did_it(
    stream: Make, dora: SimpleNamespace, events: Any, receiver: Receiver
) -> None:
    made = stream()
    elsewhere = {"address": "https://b.example.com/", "secret": made.secret}
    services.change_stream(made, name="b", actor=dora, **elsewhere)
    services.disable_stream(made, actor=dora)
    services.disable_stream(made, actor=dora)  # Nothing changes, nothing is recorded.
    services.enable_stream(made, actor=dora)
    services.resume_stream(made, actor=dora)
    services.try_stream(made, actor=dora)
    services.delete_stream(made, actor=dora)
    told = events()
    assert [event.tag for event in told] == [
        Tag.AUDIT_STREAM_CREATED,
        Tag.AUDIT_STREAM_CHANGED,
        Tag.AUDIT_STREAM_DISABLED,
        Tag.AUDIT_STREAM_ENABLED,
        Tag.AUDIT_STREAM_RESUMED,
        Tag.AUDIT_STREAM_TESTED,
        Tag.AUDIT_STREAM_DELETED,
    ]
    assert {event.actor_id for event in told} == {dora.pk}
    assert told[1].detail["before"]["place"] == "https://siem.example.com"
    assert told[1].detail["after"]["place"] == "https://b.example.com"
    assert not AuditStream.objects.exists()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"address": "http://siem.example.com/"}, "bad_address"),
        ({"kind": StreamKind.SYSLOG}, "bad_address"),
        ({"name": " "}, "name_missing"),
    ],
)
def test_what_makes_no_sense_is_refused(stream: Make, values: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        stream(**values)
    assert refused.value.code == code
    assert not AuditStream.objects.exists()


def test_two_streams_have_two_names(stream: Make, dora: SimpleNamespace) -> None:
    stream()
    with pytest.raises(Refused) as refused:
        stream()
    assert refused.value.code == "name_taken"
    other = stream(name="other")
    with pytest.raises(Refused):
        services.change_stream(other, name="siem", address=other.address, actor=dora)


def test_a_trial_sends_one_event_that_says_what_it_is(
    stream: Make, dora: SimpleNamespace, receiver: Receiver
) -> None:
    made = stream()
    trial = services.try_stream(made, actor=dora)
    assert (trial.failed, trial.passed) == (None, list(Step))
    ((_, lines),) = receiver.batches
    assert '"type": "test"' in lines[0]
    made.refresh_from_db()
    assert made.position == 0


def test_a_trial_names_the_step_that_failed(
    stream: Make, dora: SimpleNamespace, receiver: Receiver, events: Any
) -> None:
    receiver.failure = StreamFailed(Step.TLS, "self-signed\ncertificate")
    trial = services.try_stream(stream(), actor=dora)
    assert (trial.failed, trial.reason) == (Step.TLS, "self-signed␊certificate")
    assert trial.passed == [Step.ADDRESS, Step.RESOLVE, Step.ALLOW, Step.CONNECT]
    (told,) = events(Tag.AUDIT_STREAM_TESTED)
    assert told.detail["failed"] == "tls"


@pytest.mark.parametrize("secret", ["", "whsec_guessed", "ü"])
def test_nobody_sends_a_stream_elsewhere_without_its_secret(
    stream: Make, dora: SimpleNamespace, secret: str
) -> None:
    made = stream()
    with pytest.raises(Refused) as refused:
        services.change_stream(
            made, name="siem", address="https://evil.example.com/", secret=secret, actor=dora
        )
    assert (refused.value.code, list(refused.value.fields)) == ("secret_wrong", ["secret"])
    services.change_stream(made, name="b", address=made.address, actor=dora)  # The same address.
    made.refresh_from_db()
    assert (made.name, made.place) == ("b", "https://siem.example.com")


def test_a_new_secret_takes_the_place_of_the_old(
    stream: Make, dora: SimpleNamespace, events: Any
) -> None:
    made = stream()
    old, new = made.secret, services.renew_secret(made, actor=dora)
    made.refresh_from_db()
    assert made.secret == new != old
    (event,) = events(Tag.AUDIT_STREAM_SECRET_RENEWED)
    assert new not in str(event.detail)
    with pytest.raises(Refused):
        services.renew_secret(
            stream(name="log", kind=StreamKind.SYSLOG, address="tls://log.example.com"), actor=dora
        )
