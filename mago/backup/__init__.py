"""The whole database in one encrypted file, and back; the same file for SQLite and PostgreSQL."""
