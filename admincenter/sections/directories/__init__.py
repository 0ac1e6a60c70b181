"""What was taken over from an organization's directory, and what would be. No page asks the directory."""
