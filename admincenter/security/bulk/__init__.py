"""What is done to many rows of a programme at once."""
