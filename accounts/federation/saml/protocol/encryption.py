"""XML Encryption, as far as it is sound: AES-GCM for the data, RSA-OAEP for its key; nothing with padding
that answers questions (CBC, PKCS 1 v1.5), and no reference to data elsewhere.
"""

import base64
import binascii
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..reasons import Reason, Unproved
from .documents import Element, text_of
from .keys import read_private_key
from .names import ENCRYPTION, ENCRYPTION_11, SIGNATURE, ds, xenc

DATA = {
    f"{ENCRYPTION_11}aes128-gcm": 16,
    f"{ENCRYPTION_11}aes192-gcm": 24,
    f"{ENCRYPTION_11}aes256-gcm": 32,
}
# XML Encryption 1.1, section 5.5.2: the older name has SHA-1 in its mask, where it is as good as any.
OAEP_MGF1P = f"{ENCRYPTION}rsa-oaep-mgf1p"
OAEP = f"{ENCRYPTION_11}rsa-oaep"
_SHA1 = f"{SIGNATURE}sha1"
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    _SHA1: hashes.SHA1,
    f"{ENCRYPTION}sha256": hashes.SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384,
    f"{ENCRYPTION}sha512": hashes.SHA512,
}
_MASKS: dict[str, type[hashes.HashAlgorithm]] = {
    f"{ENCRYPTION_11}mgf1sha1": hashes.SHA1,
    f"{ENCRYPTION_11}mgf1sha256": hashes.SHA256,
    f"{ENCRYPTION_11}mgf1sha384": hashes.SHA384,
    f"{ENCRYPTION_11}mgf1sha512": hashes.SHA512,
}


def decrypt(encrypted: Element, private_keys: Sequence[str]) -> bytes:
    """What a `saml:EncryptedAssertion` holds, opened by one of our keys (PEM). Unproved.

    Every failure reads the same, so that nobody learns from it how far a guess has come.
    """
    [data] = _only(encrypted.findall(xenc("EncryptedData")))
    size = DATA.get(_method(data))
    if size is None:
        raise Unproved(Reason.ALGORITHM, _method(data))
    inside = data.findall(f"{ds('KeyInfo')}/{xenc('EncryptedKey')}")
    wrapped = _only(inside or encrypted.findall(xenc("EncryptedKey")))[0]
    scheme, label_free = _padding(wrapped), _cipher(wrapped)
    content = _cipher(data)
    for pem in private_keys:
        try:
            key = read_private_key(pem).decrypt(label_free, scheme)
            if len(key) != size:
                continue
            return AESGCM(key).decrypt(content[:12], content[12:], None)
        except (ValueError, InvalidTag):
            continue
    raise Unproved(Reason.DECRYPTION)


def _only(found: list[Element]) -> list[Element]:
    if len(found) != 1:
        raise Unproved(Reason.DECRYPTION, "not exactly one encrypted key and content")
    return found


def _method(element: Element) -> str:
    found = element.find(xenc("EncryptionMethod"))
    return "" if found is None else found.get("Algorithm") or ""


def _cipher(element: Element) -> bytes:
    value = element.find(f"{xenc('CipherData')}/{xenc('CipherValue')}")
    try:
        return base64.b64decode("".join(text_of(value).split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unproved(Reason.DECRYPTION) from None


def _padding(wrapped: Element) -> padding.OAEP:
    """OAEP as the key's method describes it."""
    name, method = _method(wrapped), wrapped.find(xenc("EncryptionMethod"))
    if name not in (OAEP, OAEP_MGF1P) or method is None:
        raise Unproved(Reason.ALGORITHM, name)
    if method.find(xenc("OAEPparams")) is not None:
        raise Unproved(Reason.ALGORITHM, "OAEPparams")
    digest = method.find(ds("DigestMethod"))
    mask = method.find(f"{{{ENCRYPTION_11}}}MGF") if name == OAEP else None
    hashed = _HASHES.get(_SHA1 if digest is None else digest.get("Algorithm") or "")
    masked = hashes.SHA1 if mask is None else _MASKS.get(mask.get("Algorithm") or "")
    if hashed is None or masked is None:
        raise Unproved(Reason.ALGORITHM, "of OAEP")
    return padding.OAEP(mgf=padding.MGF1(masked()), algorithm=hashed(), label=None)
