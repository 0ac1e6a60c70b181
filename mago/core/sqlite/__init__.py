"""The database backend on SQLite: Django's own but for how values of statements written by hand are spelled (`base`)."""
