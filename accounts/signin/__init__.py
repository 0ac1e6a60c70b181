"""The one way in: sign-up, confirmation, sign-in, password reset and change."""
