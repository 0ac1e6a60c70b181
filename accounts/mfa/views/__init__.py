"""Pages of second factors: asked for in a sign-in, set up, and looked after."""
