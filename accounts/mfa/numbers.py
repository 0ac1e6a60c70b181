"""Telephone numbers in E.164 form, from countries to which we send."""

from django.conf import settings
from django.utils.translation import gettext as _


class BadNumber(ValueError):
    """The message is for the person who typed it."""


def normalize_number(typed: str) -> str:
    """`typed` in E.164 form (+390612345678). BadNumber where it is none, or in no country of MAGO_SMS_COUNTRIES."""
    import phonenumbers

    try:
        number = phonenumbers.parse(typed, None)
    except phonenumbers.NumberParseException:
        raise BadNumber(
            _("Give the number with its country code, such as +39 347 1234567.")
        ) from None
    if not phonenumbers.is_valid_number(number):
        raise BadNumber(_("This is no telephone number. Check the digits."))
    kinds = phonenumbers.PhoneNumberType
    if phonenumbers.number_type(number) not in (kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE):
        raise BadNumber(_("Give the number of a mobile telephone."))
    if phonenumbers.region_code_for_number(number) not in settings.SMS_COUNTRIES:
        raise BadNumber(_("No SMS is sent to this country. Use an authenticator app instead."))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def dial_code_of(number: str) -> str:
    """The dial code of a number in E.164 form.

    >>> dial_code_of("+393471234567"), dial_code_of("+12025550123")
    ('+39', '+1')
    """
    import phonenumbers

    return f"+{phonenumbers.parse(number, None).country_code}"
