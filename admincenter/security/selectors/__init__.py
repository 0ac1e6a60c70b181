"""Reading the security programme."""
