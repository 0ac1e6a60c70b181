"""Organizations, sites, domains and policies are made, changed and removed here, each with its audit row."""

from .domains import claim_domain, prove_domain, recheck_domain, remove_domain
from .members import accept_invitation, grant_on_platform
from .organizations import create_organization, rename_organization, set_organization_active
from .policies import FIELDS, demand_factors_of_administrators, remove_policy, set_policy
from .sites import create_site, edit_site, remove_site

__all__ = [
    "FIELDS",
    "accept_invitation",
    "claim_domain",
    "create_organization",
    "create_site",
    "demand_factors_of_administrators",
    "edit_site",
    "grant_on_platform",
    "prove_domain",
    "recheck_domain",
    "remove_domain",
    "remove_policy",
    "remove_site",
    "rename_organization",
    "set_organization_active",
    "set_policy",
]
