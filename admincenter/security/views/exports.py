"""Lists of a security programme are exported, as other lists are (`admincenter.sections.exports`)."""

from operator import attrgetter

from ...sections.exports import exporting
from .. import exports
from .common import programme

_whose = attrgetter("organization")

tickets = exporting(exports.Tickets, programme, _whose)
releases = exporting(exports.Releases, programme, _whose)
penetration_tests = exporting(exports.PenetrationTests, programme, _whose)
risks = exporting(exports.Risks, programme, _whose)
