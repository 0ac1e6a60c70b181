"""People whom somebody else vouches for: sign-in with Google, Microsoft, Apple or another OpenID provider."""
