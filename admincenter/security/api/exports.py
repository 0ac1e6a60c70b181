"""Lists of a security programme as files, as other lists are (`admincenter.api.exports`)."""

from accounts.organizations.models import Organization

from ...api.exports import exports_of
from .. import exports
from .common import ProgrammeResource


class OfProgramme(ProgrammeResource):
    @property
    def whose(self) -> Organization | None:
        return self.programme.organization


TicketExports = exports_of(exports.Tickets, "Export tickets", OfProgramme)
ReleaseExports = exports_of(exports.Releases, "Export releases", OfProgramme)
TestExports = exports_of(exports.PenetrationTests, "Export penetration tests", OfProgramme)
RiskExports = exports_of(exports.Risks, "Export the risk register", OfProgramme)
