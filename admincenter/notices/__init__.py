"""What needs somebody who administers: found in the state of things each time, and marked as read by each for themselves."""
