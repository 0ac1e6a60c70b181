"""Pages of the security programme: they translate, and decide nothing."""
