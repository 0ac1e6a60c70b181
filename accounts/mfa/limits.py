"""How often one may guess and be sent a code. Computed in tests/accounts/mfa/test_odds.py: at most one
account in a thousand a year falls to somebody who has its password.

Strangers and browsers in which the person has signed in before have allowances of their own, so that who
knows a password and guesses codes with it does not lock the person out of their own desk.
"""

from mago.core.ratelimit import Limit

YEAR = 365 * 24 * 3600

# Wrong codes: a few at once, then slower, an hour apart at most, then as many as a year allows.
GUESS_QUICK = Limit("factor:quick", 5, 5 * 60)
GUESS_DAY = Limit("factor:day", 24, 24 * 3600)
GUESS_YEAR = Limit("factor:year", 50, YEAR / 2)
GUESSES = (GUESS_QUICK, GUESS_DAY, GUESS_YEAR)
# Wrong codes everywhere: more than this in ten minutes is somebody trying one password on many accounts.
GUESS_ALARM = Limit("factor:alarm", 300, 600)
ALARM_MAIL = Limit("factor:alarm-mail", 1, 3600)
# The owner hears of it once a day when somebody has the password and guesses the codes.
GUESS_MANY = Limit("factor:many", 10, 24 * 3600)
GUESS_WARNING = Limit("factor:warning", 1, 24 * 3600)

# Tries of one code.
TRIES = 5
# Codes that are sent to one person, by whatever way; what is above is held back without a word.
CODE_QUICK = Limit("code:quick", 1, 20)
CODE_HOUR = Limit("code:hour", 5, 3600)
CODE_DAY = Limit("code:day", 15, 24 * 3600)
CODES = (CODE_QUICK, CODE_HOUR, CODE_DAY)
CODE_NETWORK = Limit("code:network", 60, 3600)
# Passkeys ask for a challenge before anybody has said who they are.
PASSKEY_NETWORK = Limit("passkey:network", 600, 600)

# Codes to one address, whoever's factor it is.
CODE_ADDRESS = Limit("code:address", 20, 24 * 3600)

# One number; what goes to its prefix, its country and everywhere, and what it costs: sms_caps.py.
SMS_NUMBER = Limit("sms:number", 3, 10 * 60)
SMS_NUMBER_DAY = Limit("sms:number-day", 10, 24 * 3600)
SMS_WARNING = Limit("sms:warning", 1, 24 * 3600)
