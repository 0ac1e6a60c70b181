"""What the DNS says of a domain. The one place that asks it; `settings.DOMAIN_RESOLVER` names another for tests."""

from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string

LIFETIME = 5.0  # seconds for all tries together


class Unreachable(Exception):
    """The DNS gave no answer, which says nothing about the domain."""


def system_resolver(name: str) -> list[str]:
    """The TXT records of `name`, each joined from its strings (RFC 7208 section 3.3); none where there is no such name."""
    # Not before somebody claims a domain: it costs each process 2 MB.
    import dns.exception
    import dns.resolver

    try:
        resolver = dns.resolver.Resolver()
        resolver.lifetime = LIFETIME
        answer = resolver.resolve(name, "TXT", search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise Unreachable(type(error).__name__) from None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def texts_of(name: str) -> list[str]:
    """The TXT records of `name`. Unreachable where nobody answers."""
    resolve: Callable[[str], list[str]] = import_string(settings.DOMAIN_RESOLVER)
    return resolve(name)
