"""Sign-in by an organization's own identity provider or directory: what SAML, LDAP and OpenID have in common."""
