"""Cleaning of what people type on the pages of an organization."""
