"""Organizations' own identity providers: set up, tested, put to work, and which domains they hold."""
