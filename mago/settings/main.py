"""The product's settings, gathered from one file a thought; what an operator may set is declared through `env`."""

import os

from . import env
from .audit import *  # noqa: F403
from .base import *  # noqa: F403
from .bulk import *  # noqa: F403
from .database import *  # noqa: F403
from .federation import *  # noqa: F403
from .hubs import *  # noqa: F403
from .identity import *  # noqa: F403
from .keeping import *  # noqa: F403
from .messages import *  # noqa: F403
from .operations import *  # noqa: F403
from .processes import *  # noqa: F403
from .programme import *  # noqa: F403
from .schedule import *  # noqa: F403
from .security import *  # noqa: F403
from .tls import *  # noqa: F403

# When all are declared.
env.refuse_misspelled(os.environ)
UNKNOWN_VARIABLES = env.unknown(os.environ)
