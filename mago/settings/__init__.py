"""Settings: `main` is what runs, `test` what the suite runs. Importing the package alone reads nothing."""
