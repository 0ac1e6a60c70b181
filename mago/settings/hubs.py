"""Hubs: how they authenticate, and how long what they hold is good."""

from datetime import timedelta

# One number for the whole fleet: another one for a hub that is not known would tell.
HUB_ITERATIONS = 4096
HUB_SALT_BYTES = 16
HUB_HANDSHAKE_LIFETIME = timedelta(seconds=30)
HUB_TOKEN_LIFETIME = timedelta(minutes=15)
HUB_CODE_LIFETIME = timedelta(days=10)
HUB_CREDENTIAL_LIFETIME = timedelta(days=365)
HUB_CREDENTIAL_ROTATED_AFTER = timedelta(days=90)
HUB_RECONNECT_IDLE = timedelta(days=14)
HUB_RECONNECT_ROTATED_AFTER = timedelta(days=1)
HUB_RECONNECT_LIFETIME = timedelta(days=90)
# Within it, the use of what was just replaced is an answer that was lost, and no clone.
HUB_REPLACED_GRACE = timedelta(minutes=5)
HUB_HEARTBEAT_INTERVAL = timedelta(seconds=60)
