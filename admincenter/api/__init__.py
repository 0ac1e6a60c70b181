"""What an administrator does on a page, for programs: the same selectors, services and permissions (docs/api.md)."""
