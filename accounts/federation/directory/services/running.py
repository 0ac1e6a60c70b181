"""A worker reads a directory and takes over what is in it.

Reading changes nothing. What would change is written down once the reading is whole; then it is
applied, each person in a transaction of their own, for a while, and on from there by the next task.
"""

import logging
from uuid import UUID

from ..client import DirectoryFailed
from ..models import Problem, RunState
from .applying import apply
from .leasing import Failed, Pulse, Stopped, fail, lease
from .reading import read

logger = logging.getLogger(__name__)


def work(run_id: UUID) -> bool:
    """The run is a good piece further, or has ended; whether there is more to do."""
    run = lease(run_id)
    if run is None:
        return False
    try:
        pulse = Pulse(run)
        if run.state != RunState.APPLYING:
            read(run, pulse)
        if run.state == RunState.APPLYING:
            return not apply(run, pulse)
    except Stopped:
        pass
    except DirectoryFailed as failed:
        fail(run, failed.reason.value, f"{failed.server} {failed.detail}".strip())
    except Failed as failed:
        fail(run, failed.problem.value)
    except Exception:
        logger.exception("the sync of a directory failed: %s", run.pk)
        fail(run, Problem.ERROR.value)
    return False
