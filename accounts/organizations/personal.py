"""What organizations hold of a person."""

from mago.core.holdings import Exempt, Holding

HOLDINGS = (
    Holding("organizations.GraceReminder", "user", "policy demanded_from mark", withheld="id"),
)
EXEMPT = (
    Exempt("organizations.SignInPolicy", "updated_by", "An organization's; it names who set it."),
)
ELSEWHERE = ()
