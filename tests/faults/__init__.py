"""Faults, each a script that can be repeated: what breaks is broken, what was promised is checked, a figure is printed."""
