"""Tokens: short-lived access tokens and rotating refresh tokens in families."""
