"""Second factors: what a person has besides what they know, on django-otp's registry of devices."""
