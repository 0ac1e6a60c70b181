"""Hubs: the devices in meeting rooms, how they prove themselves, and what may be asked of them."""
