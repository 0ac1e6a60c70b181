"""What hubs call."""
