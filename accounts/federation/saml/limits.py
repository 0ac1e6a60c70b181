"""How often one may try; in a process of their own, so that one network's sign-ins do not hold up its sign-outs."""

from mago.core.ratelimit import Limit

# A company sits behind one address, and all of it comes in the morning.
BEGIN_NETWORK = Limit("saml:begin", 300, 600)
RETURN_NETWORK = Limit("saml:return", 300, 600)
# Providers speak for many people, and from few addresses.
LOGOUT_NETWORK = Limit("saml:logout", 600, 600)
