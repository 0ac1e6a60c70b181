"""What the tasks of hubs hold of a person: nothing of their own."""

from mago.core.holdings import Exempt

HOLDINGS = ()
EXEMPT = (
    Exempt("hub_operations.Task", "created_by", "An organization's; it names who ordered it."),
)
ELSEWHERE = ()
