"""An installation starts with what an operator has set, or says in a sentence why it does not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from mago.settings import env
from tests.running import ROOT, environment

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "mago.settings.main",
    "MAGO_BASE_URL": "https://id.example.com",
    "MAGO_SECRET_KEY": "kT4vPq9sXw2LrB7nYc5hJd8mGf3aZe6uQo1iVxRt0-KzWb5NyHs8Dg",
    "MAGO_TRUSTED_PROXIES": "1",
    "EMAIL_URL": "smtp://mail.example.com:587",
    "DATABASE_URL": "postgresql://mago:secret@db.example.com/mago",
    "REDIS_URL": "rediss://cache.example.com:6379/0",
}

UNSAFE = {
    "MAGO_DEBUG": {"MAGO_DEBUG": "1"},
    "MAGO_BASE_URL": {"MAGO_BASE_URL": "http://id.example.com"},
    "MAGO_TRUSTED_PROXIES": {"MAGO_TRUSTED_PROXIES": "0"},
    "WEB_CONCURRENCY": {"WEB_CONCURRENCY": "2", "REDIS_URL": ""},
    "EMAIL_URL": {"EMAIL_URL": ""},
}

NONSENSE = {
    "PORT": "web",
    "MAGO_DEPLOYMENT": "moon",
    "DATABASE_URL": "mysql://x",
    "REDIS_URL": "http://x",
    "EMAIL_URL": "x",
    "TWILIO_ACCOUNT_SID": "AC0",
    "MAGO_HASH_SLOTS": "0",
}

# Whatever goes to another machine is encrypted and its server proved; no switch turns that off.
IN_THE_CLEAR = {
    "DATABASE_URL": [
        f"postgresql://mago:hunter2@db.example.com/mago?sslmode={mode}"
        for mode in ("disable", "allow", "prefer", "require", "verify-ca", "")
    ],
    "REDIS_URL": [
        "redis://:hunter2@cache.example.com/0",
        "rediss://:hunter2@cache.example.com/0?ssl_cert_reqs=none",
        "rediss://:hunter2@cache.example.com/0?ssl_check_hostname=false",
    ],
    "TWILIO_BASE_URL": ["http://sms.example.com"],
    "OTEL_EXPORTER_OTLP_ENDPOINT": ["http://traces.example.com:4318", "traces.example.com"],
    "MAGO_TLS_ENDPOINTS": ["id.example.com", "id.example.com:0", ":443"],
}

PROVED = [
    {
        "DATABASE_URL": "postgresql://mago@db.example.com/mago?sslmode=verify-full&sslrootcert=/ca.pem"
    },
    {"DATABASE_URL": "postgresql://mago@127.0.0.1:6432/mago?prepare_threshold=0"},
    {"DATABASE_URL": "postgresql://mago@/mago?host=/run/postgresql"},
    {"REDIS_URL": "rediss://cache.example.com/0?ssl_ca_certs=/ca.pem"},
    {"REDIS_URL": "redis://localhost/0"},
    {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"},
    {"OTEL_EXPORTER_OTLP_ENDPOINT": "https://traces.example.com"},
    {"REDIS_URL": "unix:///run/valkey/socket"},
]

NO_ADDRESSES = [
    "id.example.com",
    "ftp://id.example.com",
    "https://",
    "https://[",
    "https://id.example.com:port",
    "https://id.example.com/mago",
    "https://id.example.com?x=1",
    "https://user:hunter2@id.example.com",
    "https://id example.com",
    "https://id.example.com\\@evil.example",
]

# All in one process, as starting one costs more than all that it does.
PROBE = """
import importlib, json, os, sys
from django.core.exceptions import ImproperlyConfigured
def attempt(variables):
    before = dict(os.environ)
    for name in [n for n in sys.modules if n.startswith("mago.settings") and n != "mago.settings.env"]:
        del sys.modules[name]
    os.environ.update(variables)
    try:
        importlib.import_module("mago.settings.main")
        return "started"
    except ImproperlyConfigured as refusal:
        return str(refusal)
    finally:
        os.environ.clear()
        os.environ.update(before)
print(json.dumps({name: attempt(v) for name, v in json.load(sys.stdin).items()}))
"""


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the start says to each combination."""
    cases = {f"unsafe {name}": each for name, each in UNSAFE.items()}
    cases |= {f"nonsense {name}": {name: raw} for name, raw in NONSENSE.items()}
    cases |= {f"address {raw}": {"MAGO_BASE_URL": raw} for raw in NO_ADDRESSES}
    cases |= {f"clear {raw}": {name: raw} for name, raws in IN_THE_CLEAR.items() for raw in raws}
    cases |= {f"proved {number}": each for number, each in enumerate(PROVED)}
    cases["misspelled"] = {"MAGO_DEPLOYMNET": "onprem"}
    cases["somebody else's"] = {"MAGO_WEB_SERVICE_HOST": "10.0.0.1", "MAGO_IMAGE": "mago:1"}
    cases["none"] = {}
    answer = subprocess.run(
        [sys.executable, "-c", PROBE],
        env=environment(tmp_path_factory.mktemp("data"), 8000, **PRODUCTION),
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    said: dict[str, str] = json.loads(answer.stdout)
    return said


def test_the_production_profile_starts(refusals: dict[str, str]) -> None:
    assert refusals["none"] == "started"


def test_a_name_that_is_nearly_ours_stops_the_start(refusals: dict[str, str]) -> None:
    meant = "MAGO_DEPLOYMNET is no setting. Write MAGO_DEPLOYMENT, or take it out."
    assert refusals["misspelled"] == meant
    assert refusals["somebody else's"] == "started"


def test_a_name_is_known_by_itself_and_with_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "DECLARED", {"MAGO_KEY": None, "MAGO_CA_FILE": None})
    given = ["MAGO_KEY", "MAGO_KEY_FILE", "MAGO_CA_FILE", "MAGO_ELSE", "OTHER_KEY"]
    assert env.unknown(given) == ["MAGO_ELSE"]
    with pytest.raises(ImproperlyConfigured, match=r"^MAGO_KEYS_FILE is no setting"):
        env.refuse_misspelled(["MAGO_KEYS_FILE"])


def test_what_kubernetes_makes_of_a_services_name_stops_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = ["MAGO_WORKERS_SERVICE_PORT", "MAGO_WORKER_PORTS", "PORT"]
    monkeypatch.setattr(env, "DECLARED", dict.fromkeys(ours))
    for one in ("MAGO", "MAGO_WORKER"):
        names = "SERVICE_HOST SERVICE_PORT SERVICE_PORT_HTTP PORT PORT_80_TCP PORT_80_TCP_ADDR"
        env.refuse_misspelled([f"{one}_{name}" for name in names.split()])
    # Where there is no such Service, it is a setting with a name of ours that somebody meant.
    for name, meant in {"MAGO_WORKER_PORT": "MAGO_WORKER_PORTS", "MAGO_PORT": "PORT"}.items():
        with pytest.raises(ImproperlyConfigured, match=rf"^{name} is no .* Write {meant}, or"):
            env.refuse_misspelled([name])


def test_a_name_without_our_prefix_is_meant_also_where_it_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(env, "DECLARED", {"DATABASE_URL": None})
    with pytest.raises(ImproperlyConfigured, match=r"^MAGO_DATABASE_URL is .* Write DATABASE_URL,"):
        env.refuse_misspelled(["MAGO_DATABASE_URL"])


@pytest.mark.parametrize("name", UNSAFE)
def test_an_unsafe_combination_stops_the_start(refusals: dict[str, str], name: str) -> None:
    assert refusals[f"unsafe {name}"].startswith(f"{name} ")
    assert len(refusals[f"unsafe {name}"].split(". ")) == 2  # what is wrong, and what to do


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_stops_the_start(refusals: dict[str, str], name: str) -> None:
    assert refusals[f"nonsense {name}"].startswith(f"{name} ")


@pytest.mark.parametrize("name", IN_THE_CLEAR)
def test_nothing_goes_over_a_network_in_the_clear_or_unproved(
    refusals: dict[str, str], name: str
) -> None:
    said = {raw: refusals[f"clear {raw}"] for raw in IN_THE_CLEAR[name]}
    assert [raw for raw, refusal in said.items() if not refusal.startswith(f"{name} ")] == []
    assert "hunter2" not in "".join(said.values())


def test_what_is_proved_or_stays_on_the_machine_starts(refusals: dict[str, str]) -> None:
    assert {refusals[f"proved {number}"] for number in range(len(PROVED))} == {"started"}


@pytest.mark.parametrize("raw", NO_ADDRESSES)
def test_an_address_that_is_none_stops_the_start(refusals: dict[str, str], raw: str) -> None:
    assert refusals[f"address {raw}"].startswith("MAGO_BASE_URL ")
    assert "hunter2" not in refusals[f"address {raw}"]


def manage(tmp_path: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / "manage.py"), *words],
        env=environment(tmp_path, 8000, **(PRODUCTION | variables)),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


@pytest.mark.slow
def test_the_production_profile_passes_djangos_own_check(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.slow
def test_a_refusal_is_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", MAGO_DEBUG="1")
    assert done.returncode != 0
    assert "MAGO_DEBUG is on in production" in done.stderr
    assert "Traceback" not in done.stderr


PRODUCTION_REQUESTS = """
import django; django.setup()
from django.test import Client
from django.conf import settings
https = {"HTTP_HOST": "id.example.com", "HTTP_X_FORWARDED_PROTO": "https"}
assert settings.SESSION_COOKIE_NAME == "__Host-session" and settings.SESSION_COOKIE_SECURE
assert settings.CSRF_COOKIE_NAME == "__Host-csrf" and settings.CSRF_COOKIE_SECURE
from accounts.sessions import browsers
assert browsers.COOKIE == "__Host-browser"
answer = Client().get("/accounts/password/reset/", **https)
assert answer.status_code == 200, answer.status_code
csrf = answer.cookies["__Host-csrf"]
assert csrf["secure"] and csrf["httponly"] and csrf["path"] == "/" and not csrf["domain"], csrf
assert answer["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
answer = Client().get("/accounts/password/reset/", HTTP_HOST="id.example.com")
assert (answer.status_code, answer["Location"]) == (301, "https://id.example.com/accounts/password/reset/")
answer = Client().get("/accounts/password/reset/", **https | {"HTTP_HOST": "evil.example"})
assert answer.status_code == 400
answer = Client().get("/api/v1/me", HTTP_HOST="id.example.com")
assert (answer.status_code, answer.json()["code"]) == (403, "https_required"), answer.content
assert Client().get("/dev/inbox/", **https).status_code == 404
# A probe knows neither our name nor https.
assert Client().get("/health/live", HTTP_HOST="10.0.0.7").status_code == 200
assert Client().get("/metrics", HTTP_HOST="10.0.0.7", REMOTE_ADDR="10.0.0.9").status_code == 404
assert settings.DEBUG is False
"""

DEFAULTS = """
import ssl
from mago.settings import main
assert main.DATABASES["default"]["OPTIONS"]["sslmode"] == "verify-full"
assert main.DATABASES["default"]["OPTIONS"]["sslrootcert"]
assert main.CELERY_BROKER_USE_SSL["ssl_cert_reqs"] == ssl.CERT_REQUIRED
assert main.CELERY_BROKER_USE_SSL["ssl_check_hostname"] is True
from redis.connection import SSLConnection, parse_url
kwargs = parse_url(main.REDIS_URL)
made = kwargs.pop("connection_class")(**kwargs)
assert made.cert_reqs == ssl.CERT_REQUIRED and made.check_hostname is True, vars(made)
"""


def test_servers_of_other_machines_prove_who_they_are_without_being_asked(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DEFAULTS],
        env=environment(tmp_path, 8000, **PRODUCTION),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_in_production_cookies_and_headers_insist_on_https(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRODUCTION_REQUESTS],
        env=environment(tmp_path, 8000, **(PRODUCTION | {"DATABASE_URL": "", "REDIS_URL": ""})),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
