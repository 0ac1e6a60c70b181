#!/usr/bin/env python
"""Django's command line for Mago. Newcomers start with `bin/run`."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mago.settings.main")
    try:
        if sys.argv[1:2] == ["serve"] and not {"-h", "--help"} & set(sys.argv):
            # Its first process knows nothing of Django, which would lie in memory twice.
            from mago.server import serve

            return serve(sys.argv[2:])
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line

        try:
            execute_from_command_line(sys.argv)
        except ImproperlyConfigured as error:
            # Said for an operator: which variable, what is wrong with it, what to do.
            sys.exit(f"Mago cannot start: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
