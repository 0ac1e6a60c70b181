"""Who is shut out for the time being: locked down in an emergency, or deleted into the recycle bin."""
