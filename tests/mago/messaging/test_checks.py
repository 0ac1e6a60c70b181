"""What stops the start."""

import pytest
from django.conf import LazySettings

from mago.messaging.checks import is_loopback, mail_server_is_usable
from mago.settings.env import Address

PLAIN = Address("smtp", "mail.example", None, "", "", "", {})


@pytest.mark.parametrize(
    ("url", "ids"),
    [
        (PLAIN, []),
        (PLAIN._replace(scheme="inbox", host=""), []),
        (PLAIN._replace(host=""), ["messaging.E001"]),
        (PLAIN._replace(options={"tls": "no"}), ["messaging.E002"]),
        (PLAIN._replace(options={"starttls": "maybe"}), ["messaging.E002"]),
        (PLAIN._replace(options={"starttls": "never"}), ["messaging.E003"]),
        (PLAIN._replace(host="127.0.0.1", options={"starttls": "never"}), []),
    ],
)
def test_a_mail_server_that_cannot_or_should_not_be_used_is_named(
    url: Address, ids: list[str], settings: LazySettings
) -> None:
    settings.EMAIL_URL = url
    assert [error.id for error in mail_server_is_usable(None)] == ids


def test_its_password_is_never_shown(settings: LazySettings) -> None:
    settings.EMAIL_URL = PLAIN._replace(password="hunter22", host="")
    found = mail_server_is_usable(None)
    assert found
    assert "hunter22" not in str(found)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "10.0.0.1", "localhost.example", "127.0.0.1.example"])
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)
