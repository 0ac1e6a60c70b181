"""/api/v1/me/…: one's own account."""
