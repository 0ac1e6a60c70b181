"""Organizations, their sites and domains, and what each demands of a sign-in."""
