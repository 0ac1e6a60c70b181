"""What hubs hold of a person: nothing of their own."""

from mago.core.holdings import Exempt

HOLDINGS = ()
EXEMPT = (Exempt("hubs.EnrolmentCode", "created_by", "An organization's; it names who made it."),)
ELSEWHERE = ()
