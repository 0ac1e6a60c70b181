"""Tickets for programs: of the platform at /api/v1/tickets, of an organization below it (docs/api.md)."""
