"""Transport security: the policy, the proxies that carry it out, and whether an endpoint does."""
