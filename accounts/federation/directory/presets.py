"""What is usual for a product, to begin with. Pure."""

from dataclasses import dataclass

from .groups import Nesting
from .models import Product


@dataclass(frozen=True)
class Preset:
    people_filter: str
    login_filter: str
    subject_attribute: str
    group_filter: str
    nesting: Nesting


PRESETS = {
    Product.ACTIVE_DIRECTORY: Preset(
        # People, and no computers; those without an address could not have an account here.
        people_filter="(&(objectCategory=person)(objectClass=user)(mail=*))",
        login_filter="(|(mail={login})(userPrincipalName={login})(sAMAccountName={name}))",
        subject_attribute="objectGUID",
        group_filter="(objectClass=group)",
        nesting=Nesting.CHAIN,
    ),
    Product.OPENLDAP: Preset(
        people_filter="(&(objectClass=inetOrgPerson)(mail=*))",
        login_filter="(|(mail={login})(uid={name}))",
        subject_attribute="entryUUID",
        group_filter="(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))",
        nesting=Nesting.WALK,
    ),
}
