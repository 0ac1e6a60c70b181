"""One class a kind of provider: what OpenID Connect leaves to each of them."""

from ..models import Kind
from .apple import Apple
from .base import Provider, Step, Unproved
from .google import Google
from .microsoft import Microsoft

__all__ = ["CLASSES", "Apple", "Google", "Microsoft", "Provider", "Step", "Unproved"]

CLASSES: dict[str, type[Provider]] = {
    Kind.GOOGLE: Google,
    Kind.MICROSOFT: Microsoft,
    Kind.APPLE: Apple,
    Kind.OIDC: Provider,
}
