"""Organizations: the list of them, and the pages of each, a module for each tab."""
