"""The whole database and the files beside it in one encrypted file, and back; the same file for SQLite and PostgreSQL."""
