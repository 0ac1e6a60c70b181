"""The fleet: hubs and their rooms, how they come in, what they are asked to do."""
