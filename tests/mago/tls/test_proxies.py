"""What is rendered says what the policy says, and the real programs take it."""

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from mago.tls.policy import COMPATIBLE, HSTS, INTERMEDIATE, MODERN, PROFILES, Version
from mago.tls.proxies import RENDERERS, CannotRender, Front
from tests.mago.tls.stand import check_command, make_pair, program, rsa_key

OWN = Front(host="id.example.com", certificate="/etc/c.pem", key="/etc/c.pem.key")
ACME = Front(host="id.example.com", email="ops@example.com")


def rendered(name: str, profile: Any = INTERMEDIATE, front: Front = OWN) -> str:
    return "\n".join(RENDERERS[name](profile, front).values())


def traefik(profile: Any = INTERMEDIATE, front: Front = ACME) -> tuple[Any, Any]:
    files = RENDERERS["traefik"](profile, front)
    return tuple(json.loads(files[name].partition("\n")[2]) for name in ("traefik.yml", "dynamic.yml"))  # type: ignore[return-value]  # fmt: skip


@pytest.mark.parametrize("name", RENDERERS)
def test_every_suite_of_tls_1_2_is_named_and_no_other(name: str) -> None:
    text = rendered(name)
    for suite in INTERMEDIATE.suites[Version.TLS_1_2]:
        assert suite.iana in text or suite.openssl in text
    assert "AES128-SHA" not in text
    assert "AES_128_CBC" not in text
    modern = rendered(name, MODERN)
    assert "ECDHE" not in modern


@pytest.mark.parametrize("name", RENDERERS)
def test_old_hubs_get_their_suite_only_where_one_asks_for_it(name: str) -> None:
    assert any(
        word in rendered(name, COMPATIBLE) for word in ("ECDHE-RSA-AES128-SHA", "AES_128_CBC_SHA")
    )


@pytest.mark.parametrize("name", RENDERERS)
def test_what_a_client_says_of_its_channel_is_dropped_and_figures_stay_inside(name: str) -> None:
    text = rendered(name)
    for header in ("X-TLS-CB-End-Point", "X-TLS-Exporter-Secret", "X-TLS-Cipher"):
        assert header in text
    assert "/metrics" in text
    assert "%[ssl_fc_exporter_secret]" not in text


def test_haproxy_tells_of_the_channel_where_hubs_bind_to_it() -> None:
    front = Front(**vars(OWN) | {"binds_channel": True})
    text = rendered("haproxy", front=front)
    assert "set-header X-TLS-Exporter-Secret %[ssl_fc_exporter_secret]" in text
    assert "tune.ssl.keylog on" in text


def test_traefik_renews_thirty_days_before_the_end_with_a_key_on_p_256() -> None:
    static, dynamic = traefik()
    acme = static["certificatesResolvers"]["letsencrypt"]["acme"]
    assert (acme["certificatesDuration"], acme["keyType"]) == (90 * 24, "EC256")
    assert dynamic["http"]["routers"]["mago"]["tls"] == {"certResolver": "letsencrypt"}
    headers = dynamic["http"]["middlewares"]["headers"]["headers"]
    assert headers["customResponseHeaders"]["Strict-Transport-Security"] == HSTS
    # An old hub knows RSA only.
    assert traefik(COMPATIBLE)[0]["certificatesResolvers"]["letsencrypt"]["acme"]["keyType"] == "RSA4096"  # fmt: skip


def test_only_pages_are_redirected_to_https() -> None:
    routers = traefik()[1]["http"]["routers"]
    assert routers["plain-programs"]["service"] == "mago"
    assert routers["plain-programs"]["middlewares"] == ["headers"]
    assert routers["plain-pages"]["middlewares"] == ["to-https"]
    assert routers["plain-programs"]["priority"] > routers["plain-pages"]["priority"]


@pytest.mark.parametrize(
    ("name", "front"),
    [("nginx", ACME), ("haproxy", ACME), ("traefik", Front(host="x")), ("caddy", Front(host="x")),
     ("traefik", Front(host="x", certificate="/c"))],
)  # fmt: skip
def test_what_cannot_work_is_refused(name: str, front: Front) -> None:
    with pytest.raises(CannotRender):
        rendered(name, front=front)


@pytest.mark.peer
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", ["haproxy", "nginx", "caddy"])
def test_the_program_itself_takes_it(name: str, profile: str, tmp_path: Path) -> None:
    if not program(name):
        pytest.skip(f"{name} is not installed")
    pair = make_pair(tmp_path, key=rsa_key(2048) if profile == "compatible" else None)
    front = Front(host="localhost", certificate=str(pair.certificate), key=str(pair.key))
    for file, text in RENDERERS[name](PROFILES[profile], front).items():
        (tmp_path / file).write_text(text)
    done = subprocess.run(
        check_command(name, tmp_path), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert "WARNING" not in done.stderr


def test_the_command_prints_one_file_and_writes_several(tmp_path: Path) -> None:
    out, err = io.StringIO(), io.StringIO()
    ours = {"host": "id.example.com", "stdout": out, "stderr": err}
    call_command("render_proxy", "nginx", certificate="/c", key="/k", **ours)
    assert out.getvalue().startswith("# Made by")
    call_command("render_proxy", "traefik", email="ops@example.com", output=tmp_path, **ours)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dynamic.yml", "traefik.yml"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ours = {"host": "id.example.com", "certificate": "/c", "key": "/k"}
    with pytest.raises(CommandError, match=r"file/folder cannot be written \(Not a directory\)"):
        call_command("render_proxy", "nginx", output=tmp_path / "file" / "folder", **ours)


def test_the_command_wants_a_public_name_and_warns_of_old_suites(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(CommandError, match="--host"):
        call_command("render_proxy", "nginx", certificate="/c", key="/k")
    call_command(
        "render_proxy", "nginx", host="x.example", certificate="/c", key="/k", profile="compatible",
        stdout=io.StringIO(),
    )  # fmt: skip
    assert "RFC 9325" in capsys.readouterr().err
