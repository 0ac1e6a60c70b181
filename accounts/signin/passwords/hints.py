"""What the browser is told for its hint while a password is typed (static/js/password-strength.js)."""

from django.utils.translation import gettext as _

from .policy import least_length


def hint_attributes(*, factor_enforced: bool = False) -> dict[str, str]:
    """`data-*` attributes for a field that takes a new password: the least length and the translated texts.

    `data-text-short` holds `{n}` for the characters still missing. The hint only encourages: the server decides.
    """
    least = least_length(factor_enforced=factor_enforced)
    return {
        "data-min-length": str(least),
        "data-text-short": _("Characters still missing: {n}"),
        "data-text-weak": _("Easy to guess"),
        "data-text-fair": _("Fair"),
        "data-text-strong": _("Strong"),
    }
