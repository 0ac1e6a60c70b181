"""What the browser needs for its hint while a password is typed (static/js/password-strength.js)."""

from collections.abc import Iterable

from .context import SHORTEST, context_words
from .policy import least_length


def hint_attributes(
    *, factor_enforced: bool = False, email: str = "", names: Iterable[str] = ()
) -> dict[str, str]:
    """The `data-*` attributes of a field that takes a new password.

    The least length in characters, and the words about the person that are known already, for they
    are not typed into the same form. The hint only encourages: the server decides.
    """
    words = context_words(emails=[email] if email else [], names=names)
    avoid = [word for word in words if len(word) >= SHORTEST]
    return {
        "data-min-length": str(least_length(factor_enforced=factor_enforced)),
        "data-avoid": " ".join(avoid),
    }
