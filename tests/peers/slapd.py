"""OpenLDAP's server on loopback: LDAPS and StartTLS, people, a crowd, nested groups, and a policy that locks accounts."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ldap3
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.peers.certificates import certificate_authority, issue, pem
from tests.running import free_port

BASE = "dc=mago,dc=test"
PEOPLE, CROWD, GROUPS = f"ou=people,{BASE}", f"ou=crowd,{BASE}", f"ou=groups,{BASE}"
ADMIN, READER, LIMITED = f"cn=admin,{BASE}", f"cn=reader,{BASE}", f"cn=limited,{BASE}"
SECRET = "a-secret-of-the-test-directory"
ADA_PASSWORD, GRACE_PASSWORD = "ada counts on her engine", "grace: 1 (moth) * \\ found"
_SCHEMAS = Path("/etc/ldap/schema")

_CONFIGURATION = """\
include {schemas}/core.schema
include {schemas}/cosine.schema
include {schemas}/inetorgperson.schema
pidfile {folder}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
TLSProtocolMin 3.3
database mdb
maxsize 268435456
suffix {base}
rootdn {admin}
rootpw {secret}
directory {folder}/db
index objectClass,uid,mail,member,entryUUID,entryCSN eq
limits dn.exact="{reader}" size.soft=500 size.hard=500 size.prtotal=unlimited
limits dn.exact="{limited}" size.soft=500 size.hard=500 size.prtotal=500
overlay memberof
overlay ppolicy
ppolicy_default cn=default,ou=policies,{base}
access to attrs=userPassword by self write by anonymous auth by * none
access to * by dn.exact={reader} read by dn.exact={limited} read by self read by * none
"""


def _entry(dn: str, *classes: str, **values: Any) -> str:
    lines = [f"dn: {dn}", *(f"objectClass: {name}" for name in classes)]
    for name, value in values.items():
        lines += [f"{name}: {one}" for one in (value if isinstance(value, list) else [value])]
    return "\n".join(lines) + "\n\n"


def person(uid: str, where: str = PEOPLE, **values: Any) -> str:
    """An entry in LDIF. Nobody signs in without a userPassword."""
    given = {"uid": uid, "cn": uid.title(), "sn": uid.title(), "mail": f"{uid}@mago.test"} | values
    return _entry(f"uid={uid},{where}", "inetOrgPerson", **given)


def _seed(crowd: int) -> Iterator[str]:
    yield _entry(BASE, "dcObject", "organization", o="Mago", dc="mago")
    for name in ("people", "crowd", "groups", "policies"):
        yield _entry(f"ou={name},{BASE}", "organizationalUnit", ou=name)
    lockout = {"pwdLockout": "TRUE", "pwdMaxFailure": 5, "pwdLockoutDuration": 60}
    yield _entry(
        f"cn=default,ou=policies,{BASE}",
        "device",
        "pwdPolicy",
        cn="default",
        pwdAttribute="userPassword",
        **lockout,
    )
    for dn in (READER, LIMITED):
        name = dn.partition(",")[0].removeprefix("cn=")
        classes = ("organizationalRole", "simpleSecurityObject")
        yield _entry(dn, *classes, cn=name, userPassword=SECRET)
    yield person(
        "ada", givenName="Ada", sn="Lovelace", cn="Ada Lovelace", userPassword=ADA_PASSWORD
    )
    yield person("grace", cn="Grace (Hopper) * \\ test", userPassword=GRACE_PASSWORD)
    for number in range(crowd):
        yield person(f"c{number:05}", CROWD)


# Groups in groups, one of which is its own member in a round-about way. The overlay that keeps memberOf
# sees only what is added while the server runs.
_GROUPS = {
    "engineers": [f"uid=ada,{PEOPLE}"],
    "users": [f"cn=engineers,{GROUPS}", f"uid=grace,{PEOPLE}"],
    "everybody": [f"cn=users,{GROUPS}", f"cn=ring,{GROUPS}"],
    "ring": [f"cn=everybody,{GROUPS}"],
    "others": [f"uid=c00001,{CROWD}"],
}


@dataclass
class Slapd:
    """A running server."""

    folder: Path
    port: int
    tls_port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def ca(self) -> str:
        return (self.folder / "ca.pem").read_text()

    def start(self) -> None:
        urls = f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.tls_port}"
        self.process = subprocess.Popen(
            [_program("slapd"), "-f", str(self.folder / "slapd.conf"), "-h", urls, "-d", "0"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.tls_port)):
                return
            time.sleep(0.05)
        raise AssertionError("slapd did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def as_admin(self) -> Any:
        server = ldap3.Server("127.0.0.1", port=self.port, get_info=ldap3.NONE, connect_timeout=5)
        return ldap3.Connection(server, ADMIN, SECRET, auto_bind=ldap3.AUTO_BIND_NO_TLS)


# Who is not root has no "sbin" among the places of programs.
_PLACES = "/usr/sbin:/usr/bin:/usr/local/sbin"


def _program(name: str) -> str:
    return shutil.which(name, path=_PLACES) or name


@contextmanager
def running_slapd(folder: Path, *, crowd: int = 0) -> Iterator[Slapd]:
    """A directory with `crowd` people beside ada and grace; the test is skipped where there is no slapd."""
    if shutil.which("slapd", path=_PLACES) is None:
        pytest.skip("slapd is not installed (Debian: slapd)")
    (folder / "db").mkdir(parents=True)
    ca, key = certificate_authority("Test CA")
    _write(folder, "ca", ca)
    certificate, server_key = issue(ca, key, "localhost", ["127.0.0.1"])
    _write(folder, "server", certificate, server_key)
    values = {"folder": folder, "schemas": _SCHEMAS, "base": BASE, "secret": SECRET}
    (folder / "slapd.conf").write_text(
        _CONFIGURATION.format(admin=ADMIN, reader=READER, limited=LIMITED, **values)
    )
    _load(folder, _seed(crowd))
    server = Slapd(folder, free_port(), free_port())
    server.start()
    try:
        connection = server.as_admin()
        for name in ("engineers", "others"):
            _group(connection, name, _GROUPS[name])
        for name in ("users", "everybody", "ring"):
            _group(connection, name, [f"uid=c00000,{CROWD}"])
        for name, members in _GROUPS.items():
            change = {"member": [(ldap3.MODIFY_REPLACE, members)]}
            assert connection.modify(f"cn={name},{GROUPS}", change), connection.result
        connection.unbind()
        yield server
    finally:
        server.stop()


def _group(connection: Any, name: str, members: list[str]) -> None:
    values = {"cn": name, "member": members}
    assert connection.add(f"cn={name},{GROUPS}", "groupOfNames", values), connection.result


def _load(folder: Path, entries: Iterable[str]) -> None:
    subprocess.run(
        [_program("slapadd"), "-q", "-f", str(folder / "slapd.conf")],
        input="".join(entries).encode(),
        check=True,
        capture_output=True,
    )


def _write(
    folder: Path,
    name: str,
    certificate: x509.Certificate,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> None:
    (folder / f"{name}.pem").write_text(pem(certificate))
    if key is not None:
        (folder / f"{name}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
