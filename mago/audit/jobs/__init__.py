"""Exports and verifications that administrators ask for, and that a worker does."""
