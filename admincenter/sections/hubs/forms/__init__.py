"""Cleaning of what people type on the pages of a fleet."""
