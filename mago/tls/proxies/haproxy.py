"""HAProxy 2.6 or newer: the one that tells Mago of the very connection, for hubs that bind to it (tls-exporter)."""

from ..policy import GROUPS, Profile, Version
from .base import (
    ANSWER_SECONDS,
    CHANNEL_HEADERS,
    HEADER_SECONDS,
    INSIDE_ONLY,
    MADE_BY,
    PROGRAM_PATHS,
    Front,
    need_certificate,
    openssl_ciphers,
    openssl_suites,
)

_VERSIONS = {Version.TLS_1_2: "TLSv1.2", Version.TLS_1_3: "TLSv1.3"}
_CHANNEL = dict(
    zip(
        CHANNEL_HEADERS,
        ("%[ssl_f_der,sha2(256),hex]", "%[ssl_fc_exporter_secret]", "%[ssl_fc_cipher]"),
        strict=True,
    )
)


def render(profile: Profile, front: Front) -> dict[str, str]:
    """`haproxy.cfg`; HAProxy finds the key in the certificate's file with `.key` added."""
    need_certificate(front, "HAProxy")
    return {"haproxy.cfg": _text(profile, front)}


def _text(profile: Profile, front: Front) -> str:
    ciphers = openssl_ciphers(profile)
    old = f"    ssl-default-bind-ciphers {ciphers}\n" if ciphers else ""
    keylog = "    tune.ssl.keylog on\n" if front.binds_channel else ""
    programs = " ".join(PROGRAM_PATHS)
    servers = "\n".join(
        f"    server mago{number} {place} check inter 5s"
        for number, place in enumerate(front.upstreams, 1)
    )
    return f"""{MADE_BY}
global
    log stdout format raw daemon warning
    hard-stop-after 20s
    ssl-default-bind-options ssl-min-ver {_VERSIONS[profile.oldest]} no-tls-tickets prefer-client-ciphers
{old}    ssl-default-bind-ciphersuites {openssl_suites(profile)}
    ssl-default-bind-curves {":".join(GROUPS)}
{keylog}
defaults
    mode http
    log global
    option httplog
    option forwardfor
    option http-keep-alive
    timeout connect 5s
    timeout client {ANSWER_SECONDS}s
    timeout server {ANSWER_SECONDS}s
    timeout http-request {HEADER_SECONDS}s
    timeout http-keep-alive 60s

frontend plain
    bind {front.http}
{_channel(binds=False)}
    http-request set-header X-Forwarded-Proto http
    http-request return status 404 if {{ path {INSIDE_ONLY} }}
    # Mago answers programs that speak plain http with an error.
    acl is_program path_beg {programs}
    http-request redirect scheme https code 308 unless is_program
    default_backend mago

frontend secure
    bind {front.https} ssl crt {front.certificate} alpn h2,http/1.1
{_channel(binds=front.binds_channel)}
    http-request set-header X-Forwarded-Proto https
    http-request return status 404 if {{ path {INSIDE_ONLY} }}
    default_backend mago

backend mago
    balance leastconn
    option httpchk GET /health/ready
    http-check send hdr Host {front.host}
    http-reuse safe
{servers}
"""


def _channel(*, binds: bool) -> str:
    """What the proxy says of the channel itself, or nothing; never what a client says of it."""
    lines = [
        f"http-request set-header {name} {value}" if binds else f"http-request del-header {name}"
        for name, value in _CHANNEL.items()
    ]
    return "\n".join(f"    {line}" for line in lines)
