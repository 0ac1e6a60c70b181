"""The rooms of the admin center: each view parses, calls one selector or service, and answers."""
