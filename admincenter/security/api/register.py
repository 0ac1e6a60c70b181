"""Many rows of a programme's lists at once, as of other lists (`admincenter.api.bulk`)."""

from ...api.bulk import jobs_of
from ..bulk import programme as lists
from .exports import OfProgramme

ReleaseJobs = jobs_of(lists.Releases, "A dry run of cancelling many releases", OfProgramme)
TestJobs = jobs_of(
    lists.PenetrationTests, "A dry run of cancelling many penetration tests", OfProgramme
)
RiskJobs = jobs_of(lists.Risks, "A dry run of closing many risks", OfProgramme)
