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
        from django.core.management import execute_from_command_line

        from mago.core.starting import said_in_a_sentence

        with said_in_a_sentence():
            execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
