"""The fleet at work: groups and tags of hubs, and the tasks that hubs are given."""
