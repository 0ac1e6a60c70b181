"""What we tell a provider of ourselves, written with pysaml2's classes and signed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from lxml import etree
from saml2 import md, xmldsig

from .encryption import DATA, OAEP, OAEP_MGF1P
from .messages import Signer
from .names import POST, PROTOCOL, REDIRECT
from .signatures import sign

VALID = timedelta(days=7)
NAME_ID_FORMATS = (
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
)


def write(
    signer: Signer,
    *,
    document_id: str,
    now: datetime,
    acs_url: str,
    logout_url: str,
    signing: Sequence[str],
    encryption: Sequence[str],
    name: str,
) -> bytes:
    """Our EntityDescriptor. `signing` and `encryption` are the certificates (PEM) of the keys that live."""
    keys = [_key("signing", one) for one in signing] + [
        _key("encryption", one) for one in encryption
    ]
    described = md.SPSSODescriptor(
        authn_requests_signed="true",
        want_assertions_signed="true",
        protocol_support_enumeration=PROTOCOL,
        key_descriptor=keys,
        single_logout_service=[
            md.SingleLogoutService(binding=binding, location=logout_url)
            for binding in (REDIRECT, POST)
        ],
        name_id_format=[md.NameIDFormat(text=one) for one in NAME_ID_FORMATS],
        assertion_consumer_service=[
            md.AssertionConsumerService(
                binding=POST, location=acs_url, index="0", is_default="true"
            )
        ],
    )
    entity = md.EntityDescriptor(
        entity_id=signer.entity_id,
        id=document_id,
        valid_until=f"{now + VALID:%Y-%m-%dT%H:%M:%SZ}",
        spsso_descriptor=described,
        organization=md.Organization(
            organization_name=[md.OrganizationName(text=name, lang="en")],
            organization_display_name=[md.OrganizationDisplayName(text=name, lang="en")],
            organization_url=[md.OrganizationURL(text=signer.entity_id, lang="en")],
        ),
    )
    root = etree.fromstring(entity.to_string())
    sign(root, signer.private_key, signer.certificate, before=0)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written


def _key(use: str, certificate: str) -> md.KeyDescriptor:
    body = "".join(line for line in certificate.splitlines() if "-----" not in line)
    data = xmldsig.X509Data(x509_certificate=xmldsig.X509Certificate(text=body))
    methods = []
    if use == "encryption":
        methods = [md.EncryptionMethod(algorithm=one) for one in (*DATA, OAEP, OAEP_MGF1P)]
    return md.KeyDescriptor(
        use=use, key_info=xmldsig.KeyInfo(x509_data=[data]), encryption_method=methods
    )
