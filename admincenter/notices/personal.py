"""What is held of who looks after an installation: which notices they have read."""

from mago.core.holdings import Holding

HOLDINGS = (Holding("notices.Read", "user", "id at", withheld="key"),)
EXEMPT = ()
ELSEWHERE = ()
