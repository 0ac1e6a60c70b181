"""What a proxy's configuration is made from, whichever proxy it is."""

from dataclasses import dataclass

from ..policy import FOR_OLD_HUBS, Profile, Suite, Version

# The proxy alone tells Mago of the channel (hubs/binding.py); what a client sends under these names is dropped.
CHANNEL_HEADERS = ("X-TLS-CB-End-Point", "X-TLS-Exporter-Secret", "X-TLS-Cipher")
# What plain http may reach: Mago itself answers it with an error. All other paths are redirected.
PROGRAM_PATHS = ("/api/", "/oauth/")
# Not for the world, whatever Mago thinks of the asker.
INSIDE_ONLY = "/metrics"
# Seconds that an answer may take: a sign-in may wait for its turn (accounts/signin/passwords/lane.py).
ANSWER_SECONDS = 60
HEADER_SECONDS = 10
MADE_BY = "# Made by `manage.py render_proxy` from Mago's policy (mago/tls/policy.py): make it anew, do not edit."


class CannotRender(ValueError):
    """This proxy cannot do what was asked; the message says what to do."""


@dataclass(frozen=True)
class Front:
    """`host` is served by the processes at `upstreams` (host:port); `certificate` and `key` are files of PEM.

    Without a certificate the proxy gets one from an ACME server, Let's Encrypt unless `acme_server` names
    another, for which `email` is the contact.
    """

    host: str
    upstreams: tuple[str, ...] = ("127.0.0.1:8000",)
    email: str = ""
    certificate: str = ""
    key: str = ""
    acme_server: str = ""
    acme_ca: str = ""
    folder: str = "/etc/mago/proxy"
    http: str = ":80"
    https: str = ":443"
    binds_channel: bool = False


def suites(profile: Profile, version: Version) -> tuple[Suite, ...]:
    return profile.suites.get(version, ())


def openssl_ciphers(profile: Profile) -> str:
    """The suites of TLS 1.2 as OpenSSL's list; AES before ChaCha20, as most machines compute it faster."""
    return ":".join(suite.openssl for suite in suites(profile, Version.TLS_1_2))


def openssl_suites(profile: Profile) -> str:
    return ":".join(suite.openssl for suite in suites(profile, Version.TLS_1_3))


def wants_rsa(profile: Profile) -> bool:
    """Whether an old hub can only be met with an RSA key."""
    return any(suite in FOR_OLD_HUBS for suite in suites(profile, Version.TLS_1_2))


def need_certificate(front: Front, program: str) -> None:
    if not front.certificate or not front.key:
        raise CannotRender(
            f"{program} fetches no certificates: give --certificate and --key, or use traefik or caddy."
        )


def need_email_or_certificate(front: Front) -> None:
    if bool(front.certificate) != bool(front.key):
        raise CannotRender("Give --certificate and --key together.")
    if not front.certificate and not front.email:
        raise CannotRender(
            "Give --email for Let's Encrypt, or --certificate and --key of your own."
        )
