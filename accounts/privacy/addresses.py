"""By what somebody is found where nothing refers to their account: e-mail addresses and telephone numbers."""

from accounts.mfa.models import EmailDevice, SmsDevice
from accounts.models import User, normalize_email
from mago.audit.search import find
from mago.audit.tags import Tag


def addresses_of(person: User) -> list[str]:
    """All that the account has or is known to have had, and that was shown to be theirs; none that is somebody
    else's account by now.

    What nobody has confirmed (a change that was only asked for, a new factor, what a provider tells of an identity) is
    not among them: a copy would give what is held of a stranger, and an erasure would take it from them.
    """
    found: set[str] = {person.email}
    devices = EmailDevice.objects.filter(user=person, confirmed=True)
    found.update(devices.values_list("address", flat=True))
    for event in find(tag=Tag.EMAIL_CHANGED, target=person).newest(100):
        told = event.told_detail
        found.update(str(told.get(side, "")) for side in ("before", "after"))
    mail = {normalize_email(address) for address in found if "@" in address}
    others = User.objects.filter(email__in=mail).exclude(pk=person.pk)
    mail -= set(others.values_list("email", flat=True))
    phones = SmsDevice.objects.filter(user=person, confirmed=True)
    numbers = phones.values_list("number", flat=True)
    return sorted(mail) + sorted({str(number) for number in numbers if number})
