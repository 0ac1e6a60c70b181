"""Mago: identity, hub authentication and administration for a meeting-room platform."""
