"""The kernel: what every part stands on. It imports nothing else of ours."""
