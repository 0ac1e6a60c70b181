"""What is demanded of sign-ins, in an organization and on the platform."""
