"""Lists as files: each is written page by page by a background job (`mago.jobs`), and is its asker's alone for a day."""
