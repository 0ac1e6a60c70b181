"""pysaml2's own identity provider, with libxmlsec in the process, and what a dishonest one would send.

An honest response is written, signed and encrypted by pysaml2. `forge` has its document changed before
it is signed, so that the signature is right and the content is wrong; `attacks.py` changes what was signed.
"""

import base64
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import xmlsec
from lxml import etree

with warnings.catch_warnings():
    # pysaml2 7.5.5 names ciphers that cryptography has moved; the product does not import this part of it.
    warnings.simplefilter("ignore")
    from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, sigver
    from saml2.config import IdPConfig
    from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
    from saml2.server import Server

from accounts.federation.saml.protocol.keys import make_key

NS = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
}
ISSUER = "https://idp.example.com/saml"
SSO = "https://idp.example.com/sso"
SLO = "https://idp.example.com/slo"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
MODES = {
    "assertion": ("assertion",),
    "response": ("response",),
    "both": ("assertion", "response"),
    "encrypted": ("assertion", "encrypted"),
}
_T = xmlsec.constants


def key_pair(name: str = "idp") -> tuple[str, str]:
    """A key and its certificate, made once in a run, and shorter than ours: it takes a tenth of the time."""
    return _key_pair(name)


@cache
def _key_pair(name: str) -> tuple[str, str]:
    return make_key(f"{name}.example.com", datetime.now(UTC), bits=2048)


class WheelBackend(sigver.CryptoBackend):
    """pysaml2's signatures and encryption without a program of that name: by the wheel `xmlsec`."""

    version = "1.3.9"

    def sign_statement(self, statement: Any, node_name: str, key_file: str, node_id: str) -> str:
        written = statement if isinstance(statement, bytes) else str(statement).encode()
        root = etree.fromstring(written)
        xmlsec.tree.add_ids(root, ["ID"])
        [element] = root.xpath("//*[@ID=$key]", key=node_id)
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(key_file, _T.KeyDataFormatPem)
        context.sign(element.find("ds:Signature", NS))
        return etree.tostring(root).decode()

    def encrypt_assertion(self, statement: Any, enc_key: str, *_rest: Any, **_more: Any) -> str:
        if not isinstance(statement, str):
            statement = str(sigver.pre_encrypt_assertion(statement))
        root = etree.fromstring(statement.encode())
        wrapper = root.find("saml:EncryptedAssertion", NS)
        seal(wrapper, wrapper[0], Path(enc_key).read_text())
        return etree.tostring(root).decode()


def wrap(root: Any, assertion: Any, certificate: str, **how: Any) -> None:
    """An EncryptedAssertion for the holder of `certificate` stands where the assertion stood."""
    wrapper = etree.Element(f"{{{NS['saml']}}}EncryptedAssertion")
    assertion.addprevious(wrapper)
    seal(wrapper, assertion, certificate, **how)


def seal(
    wrapper: Any,
    assertion: Any,
    certificate: str,
    *,
    data: Any = _T.TransformAes256Gcm,
    key: Any = _T.TransformRsaOaep,
    size: int = 256,
) -> None:
    """The wrapper holds the assertion for the holder of `certificate`, and nothing else does."""
    # By itself, so that what is sealed can be read without what stood around it.
    plain = etree.tostring(assertion, method="c14n", exclusive=True, with_comments=True)
    assertion.getparent().remove(assertion)
    template = xmlsec.template.encrypted_data_create(
        wrapper, data, type=_T.TypeEncElement, ns="xenc"
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(template)
    info = xmlsec.template.encrypted_data_ensure_key_info(template, ns="ds")
    wrapped = xmlsec.template.add_encrypted_key(info, key)
    xmlsec.template.encrypted_data_ensure_cipher_value(wrapped)
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(certificate, _T.KeyDataFormatCertPem))
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(_T.KeyDataAes, size, _T.KeyDataTypeSession)
    wrapper.append(context.encrypt_binary(template, plain))


@dataclass
class Idp:
    """A provider that knows the service provider of `sp_metadata`."""

    sp_metadata: str
    folder: Path
    issuer: str = ISSUER
    keys: tuple[str, str] = field(default_factory=key_pair)

    def __post_init__(self) -> None:
        folder = self.folder
        for name, text in zip(("key", "crt"), self.keys, strict=True):
            (folder / name).write_text(text)
        sigver._get_xmlsec_cryptobackend = lambda *_a, **_k: WheelBackend()
        config = IdPConfig()
        config.load(
            {
                "entityid": self.issuer,
                "xmlsec_binary": __file__,
                "key_file": str(folder / "key"),
                "cert_file": str(folder / "crt"),
                "metadata": {"inline": [self.sp_metadata]},
                "service": {
                    "idp": {
                        "endpoints": {
                            "single_sign_on_service": [(SSO, BINDING_HTTP_REDIRECT)],
                            "single_logout_service": [(SLO, BINDING_HTTP_REDIRECT)],
                        },
                        "policy": {
                            "default": {
                                "lifetime": {"minutes": 5},
                                "attribute_restrictions": None,
                                "name_form": "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
                            }
                        },
                        "want_authn_requests_signed": True,
                        "signing_algorithm": RSA_SHA256,
                        "digest_algorithm": SHA256,
                    }
                },
            }
        )
        self.server = Server(config=config)

    def response(
        self,
        *,
        to: str,
        acs: str,
        sp: str,
        mode: Sequence[str] = ("assertion", "response"),
        name_id: str = "bob-1",
        attributes: dict[str, list[str]] | None = None,
        at: datetime | None = None,
        **more: Any,
    ) -> bytes:
        """As pysaml2 writes, signs and encrypts it."""
        at = at or datetime.now(UTC)
        found = self.server.create_authn_response(
            {"mail": ["bob@example.com"], "givenName": ["Bob"]}
            if attributes is None
            else attributes,
            to,
            acs,
            sp_entity_id=sp,
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=name_id),
            authn={"class_ref": PASSWORD, "authn_instant": int(at.timestamp())},
            sign_assertion="assertion" in mode,
            sign_response="response" in mode,
            encrypt_assertion="encrypted" in mode,
            sign_alg=RSA_SHA256,
            digest_alg=SHA256,
            **more,
        )
        return str(found).encode()

    def forge(
        self,
        plain: bytes,
        change: Callable[[Any], None] = lambda root: None,
        *,
        mode: Sequence[str] = ("assertion", "response"),
        certificate: str = "",
        algorithm: Any = _T.TransformRsaSha256,
        digest: Any = _T.TransformSha256,
        encryption: dict[str, Any] | None = None,
    ) -> bytes:
        """The response `plain`, which nobody has signed, is changed by `change` and signed then, by the provider's key."""
        root = etree.fromstring(plain)
        change(root)
        assertion = root.find("saml:Assertion", NS)
        if "assertion" in mode:
            self.sign(assertion, algorithm, digest)
        if "encrypted" in mode:
            wrap(root, assertion, certificate, **(encryption or {}))
        if "response" in mode:
            self.sign(root, algorithm, digest)
        return etree.tostring(root)

    def sign(
        self, element: Any, algorithm: Any = _T.TransformRsaSha256, digest: Any = _T.TransformSha256
    ) -> None:
        signature = xmlsec.template.create(element, _T.TransformExclC14N, algorithm, ns="ds")
        element.insert(1, signature)
        reference = xmlsec.template.add_reference(signature, digest, uri=f"#{element.get('ID')}")
        xmlsec.template.add_transform(reference, _T.TransformEnveloped)
        xmlsec.template.add_transform(reference, _T.TransformExclC14N)
        xmlsec.tree.add_ids(element, ["ID"])
        context = xmlsec.SignatureContext()
        if algorithm == _T.TransformHmacSha256:
            # The confusion: what everybody knows of the provider, its certificate, is taken for a secret.
            context.key = xmlsec.Key.from_binary_data(_T.KeyDataHmac, self.keys[1].encode())
        else:
            context.key = xmlsec.Key.from_memory(self.keys[0], _T.KeyDataFormatPem)
        context.sign(signature)


def encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


__all__ = ["BINDING_HTTP_POST", "Idp", "encode", "key_pair", "wrap"]
