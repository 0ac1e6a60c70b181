"""Work on many things at once: looked at first, then done one by one in the background, and undone where it can be."""
