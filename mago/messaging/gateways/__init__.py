"""The ways out: one class each, named in `settings.MESSAGE_GATEWAYS`."""
