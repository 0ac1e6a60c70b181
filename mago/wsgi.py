"""The WSGI application; with the embedded worker where no broker is configured."""

import os
import re
from typing import Any

from django.core.wsgi import get_wsgi_application

from mago.core.starting import said_in_a_sentence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mago.settings.main")
with said_in_a_sentence():
    _django = get_wsgi_application()

from accounts.provider.front import Front  # needs the applications to be ready
from hubs.front import in_front_of
from mago import tracing
from mago.core.bodies import bounded
from mago.core.http import address_in

tracing.start("mago-web")
_application = bounded(tracing.around(in_front_of(Front(_django))), address_in)
_CHARSET = re.compile(r";\s*charset=[^;]*", re.IGNORECASE)


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Django, for clients that all send UTF-8.

    A client's own idea may name a codec that is none for text ("base64"), and Django would break
    on it while it makes the request, before anything of ours could answer.
    """
    if "CONTENT_TYPE" in environ:
        environ["CONTENT_TYPE"] = _CHARSET.sub("", environ["CONTENT_TYPE"])
    return _application(environ, start_response)


from django.conf import settings  # noqa: E402

if settings.EMBEDDED_WORKER:
    from . import embedded

    embedded.start()
