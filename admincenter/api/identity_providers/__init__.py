"""Organizations' own identity providers: set up, tried, put to work, and which domains they hold."""
