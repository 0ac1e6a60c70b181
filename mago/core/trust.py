"""TLS to others: they prove who they are, by a version that is not broken."""

import ssl


def trusting(*, ca_file: str = "", ca_text: str = "") -> ssl.SSLContext:
    """Verifies names and certificates, by the machine's authorities or those given, from TLS 1.2 on.

    The version is said here, as not every Python has it by default: Debian's leaves it to OpenSSL.
    Raises OSError or ValueError where a certificate cannot be read.
    """
    # Whoever names one authority trusts no other, and it need not be as strict as newer Pythons ask of all.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if ca_text else ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_text or ca_file:
        context.load_verify_locations(cafile=ca_file or None, cadata=ca_text or None)
    return context
