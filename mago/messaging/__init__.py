"""Mails and SMS by way of an outbox: what was promised in a transaction is delivered after it."""
