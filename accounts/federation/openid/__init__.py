"""An organization's own OpenID provider, as its client."""
