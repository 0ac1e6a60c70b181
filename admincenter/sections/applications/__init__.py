"""Applications that sign people in through us, of an organization and of the platform."""
