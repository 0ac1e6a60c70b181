"""How often one may try, all in one place. Each is taken before anything costly happens."""

from mago.core.ratelimit import Limit

# One account from one network: guessing one person's password.
SIGN_IN_ACCOUNT = Limit("sign-in:account", 10, 15 * 60)
# One account from everywhere else: a botnet guessing one person's password. Browsers the person has used pass by.
SIGN_IN_ACCOUNT_ANYWHERE = Limit("sign-in:account-anywhere", 100, 24 * 3600)
# One network: trying many accounts. An office behind one address must still get in, so successes are given back.
SIGN_IN_NETWORK = Limit("sign-in:network", 60, 10 * 60)
# Every judging of a new password, also of one that is refused.
NEW_PASSWORD_NETWORK = Limit("new-password:network", 120, 600)
SIGN_UP_NETWORK = Limit("sign-up:network", 30, 3600)
# Mails to one address, asked for by all strangers together, and by all browsers that its person has used; what is
# above is held back without a word.
MAIL_ADDRESS = Limit("mail:address", 5, 3600)
CODE_NETWORK = Limit("sign-in-code:network", 30, 3600)
RESET_NETWORK = Limit("reset:network", 30, 3600)
# Guessing the secret of a link is hopeless; this stops somebody from trying anyway.
LINK_NETWORK = Limit("link:network", 60, 600)
# The current password asked again inside a session.
PASSWORD_AGAIN = Limit("password-again", 10, 15 * 60)
