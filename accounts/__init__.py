"""People and what they sign in with, in slices that all have the same file names (docs/route-of-a-request.md)."""
