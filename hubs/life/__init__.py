"""How hubs are: what their heartbeats say, who is there, and who is missed."""
