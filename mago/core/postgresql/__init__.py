"""The database backend on PostgreSQL: Django's own but for one thing (`base`)."""
