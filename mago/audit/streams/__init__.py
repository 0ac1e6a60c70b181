"""The trail is sent elsewhere as it grows: by syslog, or to a webhook."""
