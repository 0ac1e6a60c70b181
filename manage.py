#!/usr/bin/env python
"""Django's command line for Mago. Newcomers start with `bin/run`."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mago.settings.main")
    try:
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
