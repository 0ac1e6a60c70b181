"""How things stand, at a glance: on the platform, and in one organization."""
