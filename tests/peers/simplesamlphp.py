"""SimpleSAMLphp as Debian packages it: a real SAML identity provider on loopback, under PHP's own server.

Its configuration is read at each request, so a test may change what it knows while it runs.
"""

import base64
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.running import free_port

HOME = Path("/usr/share/simplesamlphp")
MISSING = "SimpleSAMLphp is not installed: apt-get install simplesamlphp php-cli php-xml php-mbstring php-sqlite3"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
PASSWORD = "a secret of the test"
PEOPLE = {
    "ada": {
        "uid": ["ada"],
        "mail": ["ada@acme.example"],
        "givenName": ["Ada"],
        "groups": ["staff"],
    },
    "grace": {"uid": ["grace"], "mail": ["grace@acme.example"], "givenName": ["Grace"]},
}

# This version encrypts by AES-128-CBC, whatever it is told; with this class beside its own, by what others encrypt with.
_SEALS = HOME / "vendor/simplesamlphp/saml2/src/SAML2/EncryptedAssertion.php"
_FIRST = """<?php
if (file_exists(__DIR__ . '/EncryptedAssertion.php')) {
    require_once '/usr/share/simplesamlphp/lib/_autoload.php';
    require_once __DIR__ . '/EncryptedAssertion.php';
}
"""


@dataclass
class SimpleSaml:
    base: str
    folder: Path

    @property
    def entity_id(self) -> str:
        return f"{self.base}saml2/idp/metadata.php"

    def sign_with(self, key: str, certificate: str, *, next_certificate: str = "") -> None:
        """The provider has this key; and another one in its metadata beside it."""
        for name, text in (
            ("idp.key", key),
            ("idp.crt", certificate),
            ("next.crt", next_certificate),
        ):
            (self.folder / "cert" / name).write_text(text)
        hosted = {
            "host": "__DEFAULT__",
            "privatekey": "idp.key",
            "certificate": "idp.crt",
            "auth": "people",
            "signature.algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "NameIDFormat": PERSISTENT,
            "redirect.sign": True,
            "redirect.validate": True,
            "authproc": {
                "3": {"class": "saml:AttributeNameID", "attribute": "uid", "Format": PERSISTENT}
            },
        }
        self._write("metadata/saml20-idp-hosted.php", "$metadata", {self.entity_id: hosted})

    def knows(self, us: dict[str, Any], *, encrypts: bool = False) -> None:
        """We are the service provider that `create_identity_provider` has printed."""
        body = "".join(line for line in us["certificate"].splitlines() if "-----" not in line)
        service = {
            "AssertionConsumerService": us["acs_url"],
            "SingleLogoutService": us["logout_url"],
            "NameIDFormat": PERSISTENT,
            "certData": body,
            "saml20.sign.assertion": True,
            "saml20.sign.response": True,
            "validate.authnrequest": True,
            "validate.logout": True,
            "assertion.encryption": encrypts,
        }
        self._write("metadata/saml20-sp-remote.php", "$metadata", {us["entity_id"]: service})

    def encrypts_by_gcm(self) -> None:
        made = _SEALS.read_text().replace("AES128_CBC);", "AES256_GCM);")
        (self.folder / "EncryptedAssertion.php").write_text(made)

    def metadata(self) -> bytes:
        with urllib.request.urlopen(self.entity_id, timeout=20) as answer:
            content: bytes = answer.read()
        return content

    def _write(self, name: str, variable: str, value: dict[str, Any]) -> None:
        # As JSON inside PHP, so that no value can be taken for code.
        sealed = base64.b64encode(json.dumps(value).encode()).decode()
        (self.folder / name).write_text(
            f"<?php\n{variable} = json_decode(base64_decode('{sealed}'), true);\n"
        )


@contextmanager
def simplesamlphp(folder: Path, key: str, certificate: str) -> Iterator[SimpleSaml]:
    """The provider, answering until the end; the test is skipped where it is not installed."""
    if not HOME.is_dir() or shutil.which("php") is None:
        pytest.skip(MISSING)
    for name in ("config", "metadata", "cert", "log", "data", "tmp", "sessions"):
        (folder / name).mkdir()
    port = free_port()
    found = SimpleSaml(f"http://127.0.0.1:{port}/", folder)
    _configure(found)
    found.sign_with(key, certificate)
    (folder / "first.php").write_text(_FIRST)
    settings = {
        "session.save_path": f"{folder}/sessions",
        "error_log": f"{folder}/log/php.log",
        "auto_prepend_file": f"{folder}/first.php",
        # Else PHP keeps what it has read for two seconds.
        "opcache.enable": "0",
    }
    options = [word for name, value in settings.items() for word in ("-d", f"{name}={value}")]
    process = subprocess.Popen(
        ["php", *options, "-S", f"127.0.0.1:{port}", "-t", str(HOME / "www")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"SIMPLESAMLPHP_CONFIG_DIR": f"{folder}/config", "PATH": "/usr/bin:/bin"},
    )
    try:
        _wait_for(found)
        yield found
    finally:
        process.terminate()
        process.wait(20)


def _configure(provider: SimpleSaml) -> None:
    folder = provider.folder
    values = {
        "baseurlpath": provider.base,
        "certdir": f"{folder}/cert/",
        "loggingdir": f"{folder}/log/",
        "datadir": f"{folder}/data/",
        "tempdir": f"{folder}/tmp",
        "metadatadir": f"{folder}/metadata/",
        "attributenamemapdir": "/etc/simplesamlphp/attributemap/",
        "secretsalt": "of-the-test-and-nobody-else",
        "auth.adminpassword": "of-the-test",
        "timezone": "UTC",
        "enable.saml20-idp": True,
        "session.cookie.secure": False,
        "session.cookie.samesite": None,
        "language.cookie.secure": False,
        "language.cookie.samesite": None,
        "session.phpsession.savepath": f"{folder}/sessions",
        "store.type": "sql",
        "store.sql.dsn": f"sqlite:{folder}/data/store.sq3",
        "logging.handler": "file",
        "admin.checkforupdates": False,
        "module.enable": {"exampleauth": True, "core": True, "saml": True},
        "authproc.idp": [],
    }
    sealed = base64.b64encode(json.dumps(values).encode()).decode()
    (folder / "config" / "config.php").write_text(
        "<?php\nrequire '/etc/simplesamlphp/config.php';\n"
        f"$config = array_merge($config, json_decode(base64_decode('{sealed}'), true));\n"
    )
    people = {f"{name}:{PASSWORD}": told for name, told in PEOPLE.items()}
    sources = {"admin": ["core:AdminPassword"], "people": {"0": "exampleauth:UserPass", **people}}
    provider._write("config/authsources.php", "$config", sources)


def _wait_for(provider: SimpleSaml) -> None:
    for _ in range(200):
        try:
            if b"EntityDescriptor" in provider.metadata():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError((provider.folder / "log").glob("*"))
