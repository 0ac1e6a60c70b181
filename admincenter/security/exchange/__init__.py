"""What other tools write is read, and what they read is written: SARIF, CycloneDX VEX, OSV, CSV."""
