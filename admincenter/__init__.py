"""Pages over everything, for administrators."""
