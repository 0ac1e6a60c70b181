"""The WSGI application; with the embedded worker where no broker is configured."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mago.settings.main")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402

if settings.EMBEDDED_WORKER:
    from . import embedded

    embedded.start()
