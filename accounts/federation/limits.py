"""How often one may try."""

from mago.core.ratelimit import Limit

# Each costs a row, and the provider a look.
BEGIN_NETWORK = Limit("federation:begin", 60, 600)
RETURN_NETWORK = Limit("federation:return", 60, 600)
# Keys are changed a few times a year; names of keys are invented by the thousand.
FETCH_KEYS_AGAIN = Limit("federation:keys", 5, 300)
# Mails to one address, whoever asks; what is above is held back without a word.
MAIL_ADDRESS = Limit("federation:mail", 5, 3600)
