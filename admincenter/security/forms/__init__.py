"""Cleaning of what people type on the pages of the security programme."""
