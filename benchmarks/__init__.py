"""Measure speed, size and error: each file is a command that writes to results/. Run it from the repository root."""
