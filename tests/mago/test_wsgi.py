"""The WSGI application, as the web server calls it."""

import io
from typing import Any

import pytest

from mago.wsgi import application

pytestmark = pytest.mark.one_database


def call(method: str, content_type: str, query: str = "", body: bytes = b"") -> str:
    """The status line."""
    lines: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/accounts/password/reset/",
        "QUERY_STRING": query,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "HTTP_HOST": "testserver",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
    }
    list(application(environ, lambda status, headers: lines.append(status)))
    return lines[0]


CODECS = ["base64", "rot13", "idna", "punycode", "none-such", '"utf-16"', "utf-8"]


@pytest.mark.django_db
@pytest.mark.parametrize("charset", CODECS)
def test_a_charset_that_is_none_breaks_no_query(charset: str) -> None:
    assert call("GET", f"text/plain; charset={charset}", "next=%C3%A9") == "200 OK"


@pytest.mark.django_db
@pytest.mark.parametrize("charset", CODECS)
def test_and_no_form(charset: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="login"\r\n\r\na\r\n--x--\r\n'
    # Refused for want of the mark against forgery, which lies in the form.
    assert (
        call("POST", f"multipart/form-data; Charset={charset}; boundary=x", "", body)
        == "403 Forbidden"
    )
