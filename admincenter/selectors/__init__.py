"""What the admin center reads beyond what the slices offer; nothing here counts or scans without bound."""
