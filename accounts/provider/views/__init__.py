"""Pages and endpoints of the provider. Views only translate."""
