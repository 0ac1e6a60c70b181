"""The security programme: tickets, releases, penetration tests and risks, of the platform and of each organization."""
