"""Rows of a programme's lists are chosen, as those of other lists are (`admincenter.sections.bulk`)."""

from ...sections.bulk import choosing
from ..bulk import programme as lists
from .common import programme

releases = choosing(lists.Releases, programme)
penetration_tests = choosing(lists.PenetrationTests, programme)
risks = choosing(lists.Risks, programme)
