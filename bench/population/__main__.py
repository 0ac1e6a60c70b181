"""`fill PEOPLE` fills the installation; `tell` says as JSON who looks at it, and where."""

import json
import sys

import django

what, *people = sys.argv[1:]
django.setup()
# Only now: what these bring along wants the applications.
if what == "fill":
    from .filling import fill

    fill(int(people[0]))
else:
    from .pages import told

    print(json.dumps(told()))
