"""SMS by Twilio: the real client, against a stand-in."""

import logging
from collections.abc import Callable, Iterator

import pytest
from django.conf import LazySettings

from mago.messaging.gateways import twilio
from mago.messaging.gateways.base import GatewayDown, Letter, Permanent
from mago.messaging.gateways.twilio import TwilioGateway
from mago.messaging.models import Message, Status
from mago.messaging.services import send_sms

from .conftest import deliver_all, reread
from .stand_ins import SID, TOKEN, TwilioServer, free_port, twilio_server

pytestmark = [pytest.mark.one_database, pytest.mark.journey]


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """The package costs half a second; not inside a test that measures time."""
    import twilio.rest  # noqa: F401


@pytest.fixture
def server(settings: LazySettings) -> Iterator[TwilioServer]:
    with twilio_server() as server:
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = SID, TOKEN
        settings.TWILIO_FROM, settings.TWILIO_BASE_URL = "+15005550006", server.url
        settings.MESSAGE_GATEWAYS = {
            **settings.MESSAGE_GATEWAYS,
            "sms": "mago.messaging.gateways.twilio.TwilioGateway",
        }
        yield server


@pytest.fixture
def send(server: TwilioServer) -> Iterator[Callable[..., None]]:
    with TwilioGateway() as gateway:
        yield lambda to="+390212345678": gateway.send(Letter("sms", to, "483920 is your code\n"))


def test_a_code_reaches_twilio_as_it_wants_it(sms: Message, server: TwilioServer) -> None:
    deliver_all()
    assert reread(sms).status == Status.SENT
    assert server.forms == [
        {
            "To": "+390212345678",
            "From": "+15005550006",
            "Body": "483920 is your Mago code & no one else's",
        }
    ]
    assert server.agents[0].startswith("twilio-python/")


def test_twilio_is_told_where_to_report_and_its_name_of_the_sms_is_kept(
    sms: Message, server: TwilioServer, settings: LazySettings
) -> None:
    settings.TWILIO_STATUS_CALLBACK = "https://mago.example/api/v1/messages/twilio/status"
    deliver_all()
    wanted = f"{settings.TWILIO_STATUS_CALLBACK}?message={sms.pk.hex}"
    assert server.forms[0]["StatusCallback"] == wanted
    assert reread(sms).carrier_id == "SM" + "1" * 32


def test_a_name_may_be_the_sender(
    server: TwilioServer, send: Callable[..., None], settings: LazySettings
) -> None:
    settings.TWILIO_FROM = "Mago"
    send()
    assert server.forms[0]["From"] == "Mago"


def test_a_messaging_service_may_be_the_sender(
    server: TwilioServer, send: Callable[..., None], settings: LazySettings
) -> None:
    settings.TWILIO_FROM = "MG" + "2" * 32
    send()
    assert server.forms[0]["MessagingServiceSid"] == "MG" + "2" * 32
    assert "From" not in server.forms[0]


def test_a_bad_number_is_permanent(sms: Message, server: TwilioServer) -> None:
    Message.objects.filter(pk=sms.pk).update(recipient="+15005550001")
    deliver_all()
    row = reread(sms)
    assert (row.status, row.last_error) == (Status.DEAD, "Twilio answered 400, error 21211")
    assert len(server.forms) == 1


@pytest.mark.parametrize("number", ["+15005550029", "+15005550050"])
def test_too_many_and_unavailable_are_temporary(number: str, send: Callable[..., None]) -> None:
    with pytest.raises(GatewayDown, match=r"Twilio answered (429|503), error 20(429|503)"):
        send(number)


def test_a_wrong_token_is_our_trouble_and_kills_no_message(
    send: Callable[..., None], settings: LazySettings
) -> None:
    settings.TWILIO_AUTH_TOKEN = "another"
    with pytest.raises(GatewayDown, match="401"):
        send()


def test_a_server_that_is_out_of_reach_is_tried_again(
    send: Callable[..., None], settings: LazySettings
) -> None:
    settings.TWILIO_BASE_URL = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(GatewayDown, match="out of reach"):
        send()


def test_an_answer_that_is_lost_means_no_second_sms(
    server: TwilioServer, send: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio, "SECONDS", 0.2)
    server.delay = 0.6
    with pytest.raises(Permanent, match="lost"):
        send()
    assert len(server.forms) == 1


def test_no_code_reaches_the_log(
    sms: Message, server: TwilioServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    deliver_all()
    # In whose refusal the code stands as well.
    to = "+15005550001"
    refused = send_sms("mfa/code", to=to, context={"code": "483920"}, language="en")
    deliver_all()
    assert (reread(sms).status, reread(refused).status) == (Status.SENT, Status.DEAD)
    assert "21211" in caplog.text
    assert "483920" not in caplog.text


def test_without_a_stand_in_it_is_twilio_that_is_called(settings: LazySettings) -> None:
    from twilio.http.http_client import TwilioHttpClient

    from mago.messaging.gateways.twilio_client import connect

    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = SID, TOKEN
    settings.TWILIO_BASE_URL = ""
    client = connect(10)
    assert type(client.http_client) is TwilioHttpClient
    assert client.http_client.timeout == 10
    client.http_client.session.close()
