"""By what somebody is found where nothing refers to their account: e-mail addresses and telephone numbers."""

from accounts.federation.enterprise.models import EnterpriseIdentity
from accounts.federation.models import ExternalIdentity
from accounts.mfa.models import EmailDevice, SmsDevice
from accounts.models import User, normalize_email
from accounts.signin.models import OneTimeToken
from mago.audit.search import find
from mago.audit.tags import Tag


def addresses_of(person: User) -> list[str]:
    """All that the account has, or is known to have had; none that is somebody else's account by now."""
    found: set[str] = {person.email}
    for model in (ExternalIdentity, EnterpriseIdentity):
        found.update(model.objects.filter(user=person).values_list("email", flat=True))
    found.update(OneTimeToken.objects.filter(user=person).values_list("email", flat=True))
    found.update(EmailDevice.objects.filter(user=person).values_list("address", flat=True))
    for event in find(tag=Tag.EMAIL_CHANGED, target=person).newest(100):
        told = event.told_detail
        found.update(str(told.get(side, "")) for side in ("before", "after"))
    mail = {normalize_email(address) for address in found if "@" in address}
    others = User.objects.filter(email__in=mail).exclude(pk=person.pk)
    mail -= set(others.values_list("email", flat=True))
    numbers = SmsDevice.objects.filter(user=person).values_list("number", flat=True)
    return sorted(mail) + sorted({str(number) for number in numbers if number})
