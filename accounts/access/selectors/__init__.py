"""Reads of who may do what, by what they hold; of who belongs where, and who is in charge."""
