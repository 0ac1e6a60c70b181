"""What is read and changed under /api/v1, and the verbs of which each resource is made.

A resource says who may read it (`access`) and who may do what to it (`changes`, by HTTP method); finds the row
it is about (`row`); and hands what was sent to a selector or a service. All else is done here: what was sent is
checked, lists are paged, versions compared, creates carried out once, and the description of the API written.
"""

from .base import OrganizationResource, Resource
from .changing import acted, changed, merged, removed
from .creating import created
from .listing import listed
from .reading import read, told
from .versions import answer

__all__ = [
    "OrganizationResource",
    "Resource",
    "acted",
    "answer",
    "changed",
    "created",
    "listed",
    "merged",
    "read",
    "removed",
    "told",
]
