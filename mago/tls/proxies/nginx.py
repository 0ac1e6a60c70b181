"""nginx with OpenSSL, for who has it already; another program fetches the certificates."""

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
_CURVES = {"X25519": "X25519", "P-256": "prime256v1", "P-384": "secp384r1"}


def render(profile: Profile, front: Front) -> dict[str, str]:
    """A file for `/etc/nginx/conf.d/`."""
    need_certificate(front, "nginx")
    return {"mago.conf": _text(profile, front)}


def _text(profile: Profile, front: Front) -> str:
    servers = "\n".join(f"    server {place};" for place in front.upstreams)
    programs = "|".join(path.strip("/") for path in PROGRAM_PATHS)
    ciphers = openssl_ciphers(profile)
    old = f"    ssl_ciphers {ciphers};\n" if ciphers else ""
    http, https = (where.removeprefix(":") for where in (front.http, front.https))
    return f"""{MADE_BY}
upstream mago {{
{servers}
    keepalive 32;
}}

server {{
    listen {http};
    server_name {front.host};
    server_tokens off;
    # Mago answers programs that speak plain http with an error.
    location ~ ^/({programs})/ {{
        proxy_pass http://mago;
{_forwarded("http")}
    }}
    location / {{
        return 308 https://$server_name$request_uri;
    }}
}}

server {{
    listen {https} ssl http2;
    server_name {front.host};
    server_tokens off;
    ssl_certificate {front.certificate};
    ssl_certificate_key {front.key};
    ssl_protocols {" ".join(_VERSIONS[version] for version in profile.versions)};
{old}    ssl_conf_command Ciphersuites {openssl_suites(profile)};
    ssl_ecdh_curve {":".join(_CURVES[group] for group in GROUPS)};
    ssl_prefer_server_ciphers on;
    ssl_session_cache shared:mago:10m;
    ssl_session_tickets off;
    client_max_body_size 3m;
    client_header_timeout {HEADER_SECONDS}s;
    client_body_timeout {HEADER_SECONDS}s;
    location = {INSIDE_ONLY} {{
        return 404;
    }}
    location / {{
        proxy_pass http://mago;
        proxy_read_timeout {ANSWER_SECONDS}s;
{_forwarded("https")}
    }}
}}
"""


def _forwarded(scheme: str) -> str:
    lines = [
        "proxy_http_version 1.1;",
        'proxy_set_header Connection "";',
        "proxy_set_header Host $host;",
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        f"proxy_set_header X-Forwarded-Proto {scheme};",
        *(f'proxy_set_header {name} "";' for name in CHANNEL_HEADERS),
    ]
    return "\n".join(f"        {line}" for line in lines)
