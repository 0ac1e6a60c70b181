"""The security programme for programs: the platform's at /api/v1, an organization's below it (docs/api.md)."""
