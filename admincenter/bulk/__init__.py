"""What administrators do to many at once; each kind is named in the setting BULK_WORK."""
