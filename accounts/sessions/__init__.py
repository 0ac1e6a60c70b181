"""Sessions: each sign-in is a row that can be seen and ended."""
