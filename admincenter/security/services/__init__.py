"""What changes the security programme: each in one transaction, with its audit row, and its mails after."""
